/** The catalogue in French. */
import type { Texts } from './en.ts';
import type { KnownSecret } from './known.ts';
import { pluralIn } from './words.ts';

const plural = pluralIn('fr');
const secrets: Record<KnownSecret, string> = {
  'client secret': 'Le secret client',
  certificate: 'Le certificat',
  password: 'Le mot de passe',
  secret: 'Le secret',
};

export const fr: Texts = {
  tag: 'fr',
  colon: '\u00a0:',
  names: {
    name: 'Nom',
    jobTitle: 'Fonction',
    company: 'Société',
    email: 'E-mail',
    phone: 'Téléphone',
    country: 'Pays',
    action: 'Action du client',
    source: 'Où',
    offer: 'Offre',
    offers: 'Offres',
    acted: 'Demande du',
    writtenAt: 'Dans Dynamics 365 depuis',
    waitsSince: 'En attente depuis',
    whyItWaits: 'Raison de l’attente',
    notes: 'Remarques',
    what: 'Ce qui s’est passé',
    since: 'Depuis',
    overSince: 'Terminé depuis',
    resolvedBy: 'Résolu par',
    isLost: 'Quelque chose est-il perdu',
    waiting: 'Prospects en attente',
    dead: 'Prospects non remis',
    customer: 'Client',
    customers: 'Clients',
    organization: 'Organisation',
    organizations: 'Organisations',
    toDo: 'Ce qu’il faut faire',
    when: 'Quand',
    state: 'État',
    leads: 'Prospects',
    publisher: 'Éditeur',
    yourAddress: 'Votre adresse',
    ifConfirmed: 'Si vous confirmez',
    ifNothing: 'Si vous ne faites rien',
    goodFor: 'Le lien est valable',
    medianTime: 'Temps médian jusqu’à Dynamics 365',
    incidents: 'Incidents',
  },
  marks: {
    test: 'Test',
    otherPartner: 'Autre partenaire',
    written: 'Dans Dynamics 365',
    waiting: 'En attente',
    dead: 'Non remis',
    open: 'Ouvert',
    stillOpen: 'Toujours ouvert',
    resolved: 'Résolu',
    confirm: 'À confirmer',
    week: 'Résumé de la semaine',
    leads: (count) => plural(count, { one: (n) => `${n} prospect`, other: (n) => `${n} prospects` }),
  },
  links: {
    record: 'Ouvrir le prospect dans Dynamics 365',
    lead: 'Ouvrir le prospect dans la console',
    leads: 'Voir les prospects dans la console',
    incident: 'Ouvrir l’incident',
    answer: 'Répondre oui ou non',
  },
  actions: {
    INS: 'A acquis l’offre ou commencé un essai gratuit (Get it now)',
    PLT: 'A demandé à être contacté (Contact me)',
    DNC: 'A contacté un autre partenaire sur la page de l’offre : rien à faire',
    CREATE: 'A acheté dans le portail Azure',
    STARTTESTDRIVE: 'A commencé une version d’évaluation (Test Drive)',
  },
  causes: {
    throttled: 'Dynamics 365 n’accepte plus rien pour le moment.',
    away: 'Dynamics 365 ne répond pas.',
    signIn: 'La connexion à Dynamics 365 ne fonctionne pas.',
    rights: 'Il manque à la connexion un droit dans Dynamics 365.',
    unknown: 'Dynamics 365 ne l’a pas encore accepté.',
  },
  lead: {
    title: (offer, who) => `Nouveau prospect pour ${offer}${who && ` : ${who}`}`,
    waits: (offer, who) => `Nouveau prospect en attente pour ${offer}${who && ` : ${who}`}`,
    noName: 'un client sans nom',
    yourOffer: 'votre offre',
    testNotice: 'Ceci est un prospect de test. Aucun client n’est derrière.',
    otherPartnerNotice:
      'Rien à faire : ce client a contacté un autre partenaire, également présent sur la page de votre offre. Il ne s’est désabonné de rien.',
    waitsNotice:
      'Ce prospect n’est pas encore dans Dynamics 365. Il est en sécurité ici et y sera écrit de lui-même dès que possible ; vous n’avez pas à le saisir.',
    hiddenNotice: 'Les données du client se trouvent dans Dynamics 365 et dans la console.',
  },
  digest: {
    title: (count, offers) =>
      plural(count, {
        one: (n) => `${n} nouveau prospect pour ${offers}`,
        other: (n) => `${n} nouveaux prospects pour ${offers}`,
      }),
    lead: 'Ils sont réunis dans un seul message pour que votre boîte reste lisible.',
    notice: (waiting) =>
      plural(waiting, {
        one: (n) => `${n} d’entre eux attend d’être écrit dans Dynamics 365. Il est en sécurité ici.`,
        other: (n) => `${n} d’entre eux attendent d’être écrits dans Dynamics 365. Ils sont en sécurité ici.`,
      }),
    more: (count) =>
      plural(count, {
        one: (n) => `${n} autre se trouve dans la console.`,
        other: (n) => `${n} autres se trouvent dans la console.`,
      }),
  },
  incident: {
    reminder: (title) => `Rappel : ${title}`,
    offers: (first, others) =>
      plural(others, {
        one: (n) => `${first} et ${n} autre offre`,
        other: (n) => `${first} et ${n} autres offres`,
      }),
    more: (count) => plural(count, { one: (n) => `et ${n} autre`, other: (n) => `et ${n} autres` }),
    untitled: 'une offre sans titre',
    nameless: 'un client sans nom',
    dead: (count) =>
      plural(count, {
        one: (n) => `${n} ; il peut être remis à nouveau`,
        other: (n) => `${n} ; chacun peut être remis à nouveau`,
      }),
    expiresOn: (secret, offers, day) => `${secrets[secret]} pour ${offers} expire le ${day}`,
    expiredOn: (secret, offers, day) => `${secrets[secret]} pour ${offers} a expiré le ${day}`,
    toBeReplaced: (secret, offers) => `${secrets[secret]} pour ${offers} est à remplacer`,
    hasExpired: (secret, offers) => `${secrets[secret]} pour ${offers} a expiré`,
    subjects: {
      'connection-broken': (offers) => [
        `Des prospects pour ${offers} attendent : la connexion ne fonctionne pas`,
        `Les prospects pour ${offers} sont de nouveau écrits`,
      ],
      'destination-away': (offers) => [
        `Des prospects pour ${offers} attendent : Dynamics 365 ne répond pas`,
        `Les prospects pour ${offers} sont de nouveau écrits : Dynamics 365 répond`,
      ],
      'leads-refused': (offers) => [
        `Dynamics 365 refuse des prospects pour ${offers}`,
        `Les prospects pour ${offers} ne sont plus refusés`,
      ],
      'connection-warning': (offers) => [
        `La connexion de ${offers} demande un coup d’œil`,
        `La connexion de ${offers} est de nouveau en ordre`,
      ],
      'secret-expiring': (offers) => [
        `L’authentification pour ${offers} va bientôt expirer`,
        `Le secret pour ${offers} a été remplacé`,
      ],
      'secret-expired': (offers) => [
        `L’authentification pour ${offers} a expiré`,
        `Le secret pour ${offers} fonctionne de nouveau`,
      ],
      'mail-trouble': (offers) => [
        `Les messages concernant ${offers} ne peuvent pas être remis`,
        `Les messages concernant ${offers} sont de nouveau remis`,
      ],
      'records-undecodable': (offers) => [
        `Un enregistrement concernant ${offers} n’a pas pu être lu`,
        `L’enregistrement concernant ${offers} a été traité`,
      ],
      'events-refused': (offers) => [
        `Un événement concernant ${offers} n’a pas pu être transmis`,
        `L’événement concernant ${offers} a été traité`,
      ],
      'posts-quarantined': (offers) => [
        `Ce qui a été envoyé pour ${offers} n’est pas un prospect connu`,
        `Ce qui a été envoyé pour ${offers} a été traité`,
      ],
      'fields-unknown': (offers) => [
        `Les prospects de ${offers} apportent des champs inconnus`,
        `Les prospects de ${offers} n’apportent plus de nouveaux champs inconnus`,
      ],
      other: (offers) => [
        `Les prospects de ${offers} demandent un coup d’œil`,
        `Tout va bien avec les prospects de ${offers}`,
      ],
    },
    nothingLost: 'Non.',
    lost: {
      'connection-broken': 'Non. Les prospects sont reçus et attendent.',
      'destination-away': 'Non. Les prospects sont reçus et attendent.',
      'leads-refused':
        'Non. Ce qui est refusé est conservé et peut être remis à nouveau une fois la cause disparue.',
      'connection-warning': 'Non. Les prospects sont reçus et conservés.',
      'secret-expiring': 'Non. Sans secret valide, les prospects sont reçus et attendent.',
      'secret-expired': 'Non. Les prospects sont reçus et attendent.',
      'mail-trouble': 'Non. Les prospects sont écrits et les messages attendent.',
      'records-undecodable':
        'Non. L’enregistrement est conservé, mais sans effet tant que personne ne s’en occupe.',
      'events-refused': 'Non. L’événement est conservé, mais sans effet tant que personne ne s’en occupe.',
      'posts-quarantined':
        'Non. Ce qui a été envoyé est conservé et devient un prospect dès que quelqu’un le traite dans la console, sous « Posts put aside ».',
      'fields-unknown':
        'Non. Les prospects sont écrits sans ces champs, et chacun conserve ce qui a été envoyé.',
      other: 'Non. Les prospects sont reçus et conservés.',
    },
  },
  request: {
    title: (publisher) => `Confirmez que vous voulez recevoir des messages sur les prospects de ${publisher}`,
    ifConfirmed: 'Vous recevez un message pour chaque client qui s’intéresse à une offre de cet éditeur.',
    ifNothing: 'Vous ne recevez aucun de ces messages.',
    days: (count) => plural(count, { one: (n) => `${n} jour`, other: (n) => `${n} jours` }),
    reason: (publisher) =>
      `Vous recevez ce seul message parce que quelqu’un de ${publisher} a saisi votre adresse comme contact pour les prospects d’une offre. Si vous ne connaissez pas cette personne, ne faites rien, ou suivez le lien et répondez non.`,
  },
  week: {
    title: (span) => `Vos prospects : ${span}`,
    lead: (count) =>
      plural(count, {
        one: (n) => `${n} prospect est arrivé.`,
        other: (n) => `${n} prospects sont arrivés.`,
      }),
    none: 'Aucun prospect n’est arrivé.',
    seconds: (count) => plural(count, { one: (n) => `${n} seconde`, other: (n) => `${n} secondes` }),
    minutes: (count) => plural(count, { one: (n) => `${n} minute`, other: (n) => `${n} minutes` }),
    hours: (count) => plural(count, { one: (n) => `${n} heure`, other: (n) => `${n} heures` }),
  },
  footer: {
    reason:
      'Vous recevez ce message parce que votre adresse est un e-mail de contact de la destination des prospects de cette offre. Cela se change dans les détails de connexion de l’offre.',
    reasonOfAll:
      'Vous recevez ce message parce que votre adresse est un e-mail de contact de la destination des prospects de ces offres. Cela se change dans les détails de connexion de chaque offre.',
  },
};
