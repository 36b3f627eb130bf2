/** The catalogue in Japanese. */
import type { Texts } from './en.ts';
import type { KnownSecret } from './known.ts';
import { pluralIn } from './words.ts';

const plural = pluralIn('ja');
const secrets: Record<KnownSecret, string> = {
  'client secret': 'クライアント シークレット',
  certificate: '証明書',
  password: 'パスワード',
  secret: 'シークレット',
};

export const ja: Texts = {
  tag: 'ja',
  colon: '：',
  names: {
    name: '氏名',
    jobTitle: '役職',
    company: '会社',
    email: 'メール',
    phone: '電話',
    country: '国',
    action: 'お客様の操作',
    source: '場所',
    offer: 'オファー',
    offers: 'オファー',
    acted: '操作日時',
    writtenAt: 'Dynamics 365 への登録',
    waitsSince: '待機開始',
    whyItWaits: '待機の理由',
    notes: 'メモ',
    what: '状況',
    since: '発生',
    overSince: '解消',
    resolvedBy: '対応者',
    isLost: '失われたものはあるか',
    waiting: '待機中のリード',
    dead: '配信できなかったリード',
    customer: 'お客様',
    customers: 'お客様',
    organization: '組織',
    organizations: '組織',
    toDo: '対処方法',
    when: '日時',
    state: '状態',
    leads: 'リード',
    publisher: '発行元',
    yourAddress: 'あなたのアドレス',
    ifConfirmed: '確認した場合',
    ifNothing: '何もしない場合',
    goodFor: 'リンクの有効期間',
    medianTime: 'Dynamics 365 までの時間 (中央値)',
    incidents: 'インシデント',
  },
  marks: {
    test: 'テスト',
    otherPartner: '別のパートナー',
    written: 'Dynamics 365 に登録済み',
    waiting: '待機中',
    dead: '配信不能',
    open: '発生中',
    stillOpen: '継続中',
    resolved: '解決済み',
    confirm: '確認のお願い',
    week: '週次サマリー',
    leads: (count) => plural(count, { other: (n) => `リード ${n} 件` }),
  },
  links: {
    record: 'Dynamics 365 でリードを開く',
    lead: 'コンソールでリードを開く',
    leads: 'コンソールでリードを見る',
    incident: 'インシデントを開く',
    answer: '「はい」または「いいえ」で答える',
  },
  actions: {
    INS: 'オファーを取得、または無料試用を開始 (Get it now)',
    PLT: '連絡を希望 (Contact me)',
    DNC: 'オファーのページで別のパートナーに問い合わせ: 対応は不要です',
    CREATE: 'Azure portal で購入',
    STARTTESTDRIVE: '体験版 (Test Drive) を開始',
  },
  causes: {
    throttled: 'Dynamics 365 が現在これ以上受け付けません。',
    away: 'Dynamics 365 が応答しません。',
    signIn: 'Dynamics 365 にサインインできません。',
    rights: '接続に Dynamics 365 の権限が不足しています。',
    unknown: 'Dynamics 365 がまだ受け付けていません。',
  },
  lead: {
    title: (offer, who) => `${offer} の新しいリード${who && `: ${who}`}`,
    waits: (offer, who) => `${offer} の新しいリードが待機中${who && `: ${who}`}`,
    noName: '名前のないお客様',
    yourOffer: 'あなたのオファー',
    testNotice: 'これはテスト リードです。実際のお客様ではありません。',
    otherPartnerNotice:
      '対応は不要です。このお客様は、同じオファーのページに掲載されている別のパートナーに問い合わせました。配信停止の希望ではありません。',
    waitsNotice:
      'このリードはまだ Dynamics 365 に登録されていません。ここに安全に保管されており、可能になり次第自動的に登録されます。手入力は不要です。',
    hiddenNotice: 'お客様の情報は Dynamics 365 とコンソールでご覧いただけます。',
  },
  digest: {
    title: (count, offers) => plural(count, { other: (n) => `${offers} の新しいリード ${n} 件` }),
    lead: '受信トレイが埋もれないよう 1 通にまとめました。',
    notice: (waiting) =>
      plural(waiting, {
        other: (n) => `そのうち ${n} 件は Dynamics 365 への登録待ちです。ここに安全に保管されています。`,
      }),
    more: (count) => plural(count, { other: (n) => `ほか ${n} 件はコンソールでご覧ください。` }),
  },
  incident: {
    reminder: (title) => `再通知: ${title}`,
    offers: (first, others) => plural(others, { other: (n) => `${first} ほか ${n} 件のオファー` }),
    more: (count) => plural(count, { other: (n) => `ほか ${n} 件` }),
    untitled: '名称のないオファー',
    nameless: '名前のないお客様',
    dead: (count) => plural(count, { other: (n) => `${n} 件 (再配信できます)` }),
    expiresOn: (secret, offers, day) => `${offers} の${secrets[secret]}は ${day} に期限が切れます`,
    expiredOn: (secret, offers, day) => `${offers} の${secrets[secret]}は ${day} に期限が切れました`,
    toBeReplaced: (secret, offers) => `${offers} の${secrets[secret]}の交換が必要です`,
    hasExpired: (secret, offers) => `${offers} の${secrets[secret]}の期限が切れました`,
    subjects: {
      'connection-broken': (offers) => [
        `${offers} のリードが待機中: 接続が機能していません`,
        `${offers} のリードの登録が再開しました`,
      ],
      'destination-away': (offers) => [
        `${offers} のリードが待機中: Dynamics 365 が応答しません`,
        `${offers} のリードの登録が再開しました: Dynamics 365 が応答しています`,
      ],
      'leads-refused': (offers) => [
        `${offers} のリードが Dynamics 365 に拒否されました`,
        `${offers} のリードの拒否は解消しました`,
      ],
      'connection-warning': (offers) => [
        `${offers} の接続を確認してください`,
        `${offers} の接続は正常に戻りました`,
      ],
      'secret-expiring': (offers) => [
        `${offers} のサインインの期限が近づいています`,
        `${offers} のシークレットが交換されました`,
      ],
      'secret-expired': (offers) => [
        `${offers} のサインインの期限が切れました`,
        `${offers} のシークレットが再び有効になりました`,
      ],
      'mail-trouble': (offers) => [
        `${offers} についてのメールを配信できません`,
        `${offers} についてのメールの配信が再開しました`,
      ],
      'records-undecodable': (offers) => [
        `${offers} についてのレコードを読み取れませんでした`,
        `${offers} についてのレコードは対応済みです`,
      ],
      'events-refused': (offers) => [
        `${offers} についてのイベントを転送できませんでした`,
        `${offers} についてのイベントは対応済みです`,
      ],
      'posts-quarantined': (offers) => [
        `${offers} に送信された内容は既知のリードではありません`,
        `${offers} に送信された内容は対応済みです`,
      ],
      'fields-unknown': (offers) => [
        `${offers} のリードに未知の項目があります`,
        `${offers} のリードに新しい未知の項目はありません`,
      ],
      other: (offers) => [`${offers} のリードを確認してください`, `${offers} のリードに問題はありません`],
    },
    nothingLost: 'いいえ。',
    lost: {
      'connection-broken': 'いいえ。リードは受け付けられ、待機します。',
      'destination-away': 'いいえ。リードは受け付けられ、待機します。',
      'leads-refused': 'いいえ。拒否されたものは保管され、原因が解消すれば再配信できます。',
      'connection-warning': 'いいえ。リードは受け付けられ、保管されます。',
      'secret-expiring': 'いいえ。有効なシークレットがなければ、リードは受け付けられて待機します。',
      'secret-expired': 'いいえ。リードは受け付けられ、待機します。',
      'mail-trouble': 'いいえ。リードは登録され、メールは待機します。',
      'records-undecodable': 'いいえ。レコードは保管されますが、対応されるまで反映されません。',
      'events-refused': 'いいえ。イベントは保管されますが、対応されるまで反映されません。',
      'posts-quarantined':
        'いいえ。送信された内容は保管され、コンソールの「Posts put aside」で処理されるとリードになります。',
      'fields-unknown':
        'いいえ。リードはこれらの項目なしで書き込まれ、送信された内容はそれぞれに保管されます。',
      other: 'いいえ。リードは受け付けられ、保管されます。',
    },
  },
  request: {
    title: (publisher) => `${publisher} のリードについてのメールを受け取るか確認してください`,
    ifConfirmed: 'この発行元のオファーにお客様が関心を示すたびに、メールが届きます。',
    ifNothing: 'メールは届きません。',
    days: (count) => plural(count, { other: (n) => `${n} 日間` }),
    reason: (publisher) =>
      `${publisher} の担当者が、オファーのリードの連絡先としてあなたのアドレスを入力したため、このメールを 1 通だけお送りしています。お心当たりがなければ、何もしないか、リンクから「いいえ」と答えてください。`,
  },
  week: {
    title: (span) => `リード: ${span}`,
    lead: (count) => plural(count, { other: (n) => `リードが ${n} 件届きました。` }),
    none: 'リードは届きませんでした。',
    seconds: (count) => plural(count, { other: (n) => `${n} 秒` }),
    minutes: (count) => plural(count, { other: (n) => `${n} 分` }),
    hours: (count) => plural(count, { other: (n) => `${n} 時間` }),
  },
  footer: {
    reason:
      'あなたのアドレスがこのオファーのリード送信先の連絡先メールになっているため、このメールが届いています。オファーの接続の詳細で変更できます。',
    reasonOfAll:
      'あなたのアドレスがこれらのオファーのリード送信先の連絡先メールになっているため、このメールが届いています。各オファーの接続の詳細で変更できます。',
  },
};
