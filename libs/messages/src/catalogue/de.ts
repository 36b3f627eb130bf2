/** The catalogue in German. */
import type { Texts } from './en.ts';
import type { KnownSecret } from './known.ts';
import { pluralIn } from './words.ts';

const plural = pluralIn('de');
const secrets: Record<KnownSecret, string> = {
  'client secret': 'Der geheime Clientschlüssel',
  certificate: 'Das Zertifikat',
  password: 'Das Kennwort',
  secret: 'Das Geheimnis',
};

export const de: Texts = {
  tag: 'de',
  colon: ':',
  names: {
    name: 'Name',
    jobTitle: 'Position',
    company: 'Firma',
    email: 'E-Mail',
    phone: 'Telefon',
    country: 'Land',
    action: 'Was geschah',
    source: 'Wo',
    offer: 'Angebot',
    offers: 'Angebote',
    acted: 'Angefragt am',
    writtenAt: 'In Dynamics 365 seit',
    waitsSince: 'Wartet seit',
    whyItWaits: 'Warum er wartet',
    notes: 'Anmerkungen',
    what: 'Was geschah',
    since: 'Seit',
    overSince: 'Vorbei seit',
    resolvedBy: 'Behoben von',
    isLost: 'Ist etwas verloren',
    waiting: 'Wartende Leads',
    dead: 'Nicht zugestellte Leads',
    customer: 'Kunde',
    customers: 'Kunden',
    organization: 'Organisation',
    organizations: 'Organisationen',
    toDo: 'Was zu tun ist',
    when: 'Wann',
    state: 'Stand',
    leads: 'Leads',
    publisher: 'Herausgeber',
    yourAddress: 'Ihre Adresse',
    ifConfirmed: 'Wenn Sie bestätigen',
    ifNothing: 'Wenn Sie nichts tun',
    goodFor: 'Der Link gilt',
    medianTime: 'Mittlere Zeit bis Dynamics 365',
    incidents: 'Störungen',
  },
  marks: {
    test: 'Test',
    otherPartner: 'Anderer Partner',
    written: 'In Dynamics 365',
    waiting: 'Wartet',
    dead: 'Nicht zugestellt',
    open: 'Offen',
    stillOpen: 'Noch offen',
    resolved: 'Behoben',
    confirm: 'Bitte bestätigen',
    week: 'Wochenübersicht',
    leads: (count) => plural(count, { one: (n) => `${n} Lead`, other: (n) => `${n} Leads` }),
  },
  links: {
    record: 'Lead in Dynamics 365 öffnen',
    lead: 'Lead in der Konsole öffnen',
    leads: 'Leads in der Konsole ansehen',
    incident: 'Störung öffnen',
    answer: 'Ja oder Nein sagen',
  },
  actions: {
    INS: 'Hat das Angebot bezogen oder eine kostenlose Testversion begonnen (Get it now)',
    PLT: 'Hat um Kontakt gebeten (Contact me)',
    DNC: 'Hat auf der Seite des Angebots einen anderen Partner gefragt: nichts zu tun',
    CREATE: 'Hat im Azure-Portal gekauft',
    STARTTESTDRIVE: 'Hat eine Probefahrt (Test Drive) begonnen',
  },
  causes: {
    throttled: 'Dynamics 365 nimmt im Moment nicht mehr an.',
    away: 'Dynamics 365 antwortet nicht.',
    signIn: 'Die Anmeldung bei Dynamics 365 gelingt nicht.',
    rights: 'Der Verbindung fehlt ein Recht in Dynamics 365.',
    unknown: 'Dynamics 365 hat ihn noch nicht angenommen.',
  },
  lead: {
    title: (offer, who) => `Neuer Lead für ${offer}${who && `: ${who}`}`,
    waits: (offer, who) => `Neuer Lead für ${offer} wartet${who && `: ${who}`}`,
    noName: 'ein Kunde ohne Namen',
    yourOffer: 'Ihr Angebot',
    testNotice: 'Das ist ein Test-Lead. Kein Kunde steht dahinter.',
    otherPartnerNotice:
      'Nichts zu tun: Dieser Kunde hat einen anderen Partner gefragt, der ebenfalls auf der Seite Ihres Angebots steht. Er hat nichts abbestellt.',
    waitsNotice:
      'Dieser Lead ist noch nicht in Dynamics 365. Er ist hier sicher und wird von selbst geschrieben, sobald das möglich ist; Sie müssen ihn nicht eintragen.',
    hiddenNotice: 'Die Angaben des Kunden stehen in Dynamics 365 und in der Konsole.',
  },
  digest: {
    title: (count, offers) =>
      plural(count, {
        one: (n) => `${n} neuer Lead für ${offers}`,
        other: (n) => `${n} neue Leads für ${offers}`,
      }),
    lead: 'Sie stehen in einer Nachricht, damit Ihr Postfach lesbar bleibt.',
    notice: (waiting) =>
      plural(waiting, {
        one: (n) => `${n} davon wartet darauf, in Dynamics 365 geschrieben zu werden. Er ist hier sicher.`,
        other: (n) =>
          `${n} davon warten darauf, in Dynamics 365 geschrieben zu werden. Sie sind hier sicher.`,
      }),
    more: (count) =>
      plural(count, {
        one: (n) => `${n} weiterer steht in der Konsole.`,
        other: (n) => `${n} weitere stehen in der Konsole.`,
      }),
  },
  incident: {
    reminder: (title) => `Erinnerung: ${title}`,
    offers: (first, others) =>
      plural(others, {
        one: (n) => `${first} und ${n} weiteres Angebot`,
        other: (n) => `${first} und ${n} weitere Angebote`,
      }),
    more: (count) => plural(count, { one: (n) => `und ${n} weiterer`, other: (n) => `und ${n} weitere` }),
    untitled: 'ein Angebot ohne Titel',
    nameless: 'jemand ohne Namen',
    dead: (count) =>
      plural(count, {
        one: (n) => `${n}; er kann erneut zugestellt werden`,
        other: (n) => `${n}; jeder kann erneut zugestellt werden`,
      }),
    expiresOn: (secret, offers, day) => `${secrets[secret]} für ${offers} läuft am ${day} ab`,
    expiredOn: (secret, offers, day) => `${secrets[secret]} für ${offers} ist am ${day} abgelaufen`,
    toBeReplaced: (secret, offers) => `${secrets[secret]} für ${offers} ist zu ersetzen`,
    hasExpired: (secret, offers) => `${secrets[secret]} für ${offers} ist abgelaufen`,
    subjects: {
      'connection-broken': (offers) => [
        `Leads für ${offers} warten: Die Verbindung funktioniert nicht`,
        `Leads für ${offers} werden wieder geschrieben`,
      ],
      'destination-away': (offers) => [
        `Leads für ${offers} warten: Dynamics 365 antwortet nicht`,
        `Leads für ${offers} werden wieder geschrieben: Dynamics 365 antwortet`,
      ],
      'leads-refused': (offers) => [
        `Dynamics 365 lehnt Leads für ${offers} ab`,
        `Leads für ${offers} werden nicht mehr abgelehnt`,
      ],
      'connection-warning': (offers) => [
        `Die Verbindung von ${offers} braucht einen Blick`,
        `Die Verbindung von ${offers} ist wieder in Ordnung`,
      ],
      'secret-expiring': (offers) => [
        `Die Anmeldung für ${offers} läuft bald ab`,
        `Das Geheimnis für ${offers} wurde ersetzt`,
      ],
      'secret-expired': (offers) => [
        `Die Anmeldung für ${offers} ist abgelaufen`,
        `Das Geheimnis für ${offers} gilt wieder`,
      ],
      'mail-trouble': (offers) => [
        `Nachrichten zu ${offers} können nicht zugestellt werden`,
        `Nachrichten zu ${offers} werden wieder zugestellt`,
      ],
      'records-undecodable': (offers) => [
        `Ein Datensatz zu ${offers} konnte nicht gelesen werden`,
        `Um den Datensatz zu ${offers} hat sich jemand gekümmert`,
      ],
      'events-refused': (offers) => [
        `Ein Ereignis zu ${offers} konnte nicht weitergegeben werden`,
        `Um das Ereignis zu ${offers} hat sich jemand gekümmert`,
      ],
      'posts-quarantined': (offers) => [
        `Was für ${offers} gesendet wurde, ist kein Lead, den wir kennen`,
        `Um das, was für ${offers} gesendet wurde, hat sich jemand gekümmert`,
      ],
      'fields-unknown': (offers) => [
        `Mit Leads für ${offers} kommen unbekannte Felder`,
        `Mit Leads für ${offers} kommen keine weiteren unbekannten Felder`,
      ],
      other: (offers) => [
        `Die Leads von ${offers} brauchen einen Blick`,
        `Mit den Leads von ${offers} ist alles gut`,
      ],
    },
    nothingLost: 'Nein.',
    lost: {
      'connection-broken': 'Nein. Leads werden angenommen und warten.',
      'destination-away': 'Nein. Leads werden angenommen und warten.',
      'leads-refused':
        'Nein. Was abgelehnt wird, bleibt hier und kann erneut zugestellt werden, sobald die Ursache behoben ist.',
      'connection-warning': 'Nein. Leads werden angenommen und aufbewahrt.',
      'secret-expiring': 'Nein. Ohne gültiges Geheimnis werden Leads angenommen und warten.',
      'secret-expired': 'Nein. Leads werden angenommen und warten.',
      'mail-trouble': 'Nein. Leads werden geschrieben, Nachrichten warten.',
      'records-undecodable':
        'Nein. Der Datensatz bleibt hier, wirkt aber erst, wenn sich jemand darum kümmert.',
      'events-refused': 'Nein. Das Ereignis bleibt hier, wirkt aber erst, wenn sich jemand darum kümmert.',
      'posts-quarantined':
        'Nein. Das Gesendete bleibt hier und wird ein Lead, sobald es jemand in der Konsole unter „Posts put aside“ dazu macht.',
      'fields-unknown':
        'Nein. Die Leads werden ohne diese Felder geschrieben, und jeder behält, was gesendet wurde.',
      other: 'Nein. Leads werden angenommen und aufbewahrt.',
    },
  },
  request: {
    title: (publisher) => `Bestätigen Sie, dass Sie Nachrichten über Leads von ${publisher} wollen`,
    ifConfirmed:
      'Sie bekommen eine Nachricht für jeden Kunden, der nach einem Angebot dieses Herausgebers fragt.',
    ifNothing: 'Sie bekommen keine solchen Nachrichten.',
    days: (count) => plural(count, { one: (n) => `${n} Tag`, other: (n) => `${n} Tage` }),
    reason: (publisher) =>
      `Sie bekommen diese eine Nachricht, weil jemand von ${publisher} Ihre Adresse als Kontakt für die Leads eines Angebots eingetragen hat. Kennen Sie niemanden dort, tun Sie nichts, oder folgen Sie dem Link und sagen Sie Nein.`,
  },
  week: {
    title: (span) => `Ihre Leads: ${span}`,
    lead: (count) => plural(count, { one: (n) => `${n} Lead kam an.`, other: (n) => `${n} Leads kamen an.` }),
    none: 'Es kam kein Lead an.',
    seconds: (count) => plural(count, { one: (n) => `${n} Sekunde`, other: (n) => `${n} Sekunden` }),
    minutes: (count) => plural(count, { one: (n) => `${n} Minute`, other: (n) => `${n} Minuten` }),
    hours: (count) => plural(count, { one: (n) => `${n} Stunde`, other: (n) => `${n} Stunden` }),
  },
  footer: {
    reason:
      'Sie bekommen diese Nachricht, weil Ihre Adresse als Kontakt-E-Mail am Lead-Ziel dieses Angebots steht. Ändern lässt sich das in den Verbindungsdetails des Angebots.',
    reasonOfAll:
      'Sie bekommen diese Nachricht, weil Ihre Adresse als Kontakt-E-Mail am Lead-Ziel dieser Angebote steht. Ändern lässt sich das in den Verbindungsdetails jedes Angebots.',
  },
};
