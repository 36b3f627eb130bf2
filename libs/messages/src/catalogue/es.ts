/** The catalogue in Spanish. */
import type { Texts } from './en.ts';
import type { KnownSecret } from './known.ts';
import { pluralIn } from './words.ts';

const plural = pluralIn('es');
const secrets: Record<KnownSecret, string> = {
  'client secret': 'El secreto de cliente',
  certificate: 'El certificado',
  password: 'La contraseña',
  secret: 'El secreto',
};

export const es: Texts = {
  tag: 'es',
  colon: ':',
  names: {
    name: 'Nombre',
    jobTitle: 'Cargo',
    company: 'Empresa',
    email: 'Correo',
    phone: 'Teléfono',
    country: 'País',
    action: 'Qué hizo',
    source: 'Dónde',
    offer: 'Oferta',
    offers: 'Ofertas',
    acted: 'Lo pidió',
    writtenAt: 'En Dynamics 365 desde',
    waitsSince: 'En espera desde',
    whyItWaits: 'Por qué espera',
    notes: 'Notas',
    what: 'Qué ha pasado',
    since: 'Desde',
    overSince: 'Terminado desde',
    resolvedBy: 'Resuelto por',
    isLost: 'Se ha perdido algo',
    waiting: 'Clientes potenciales en espera',
    dead: 'Clientes potenciales sin entregar',
    customer: 'Cliente',
    customers: 'Clientes',
    organization: 'Organización',
    organizations: 'Organizaciones',
    toDo: 'Qué hacer',
    when: 'Cuándo',
    state: 'Estado',
    leads: 'Clientes potenciales',
    publisher: 'Editor',
    yourAddress: 'Su dirección',
    ifConfirmed: 'Si confirma',
    ifNothing: 'Si no hace nada',
    goodFor: 'El enlace es válido',
    medianTime: 'Tiempo mediano hasta Dynamics 365',
    incidents: 'Incidencias',
  },
  marks: {
    test: 'Prueba',
    otherPartner: 'Otro socio',
    written: 'En Dynamics 365',
    waiting: 'En espera',
    dead: 'Sin entregar',
    open: 'Abierta',
    stillOpen: 'Sigue abierta',
    resolved: 'Resuelta',
    confirm: 'Por confirmar',
    week: 'Resumen semanal',
    leads: (count) =>
      plural(count, { one: (n) => `${n} cliente potencial`, other: (n) => `${n} clientes potenciales` }),
  },
  links: {
    record: 'Abrir en Dynamics 365',
    lead: 'Abrir en la consola',
    leads: 'Ver los clientes potenciales en la consola',
    incident: 'Abrir la incidencia',
    answer: 'Responder sí o no',
  },
  actions: {
    INS: 'Adquirió la oferta o empezó una prueba gratuita (Get it now)',
    PLT: 'Pidió que se le contactara (Contact me)',
    DNC: 'Preguntó a otro socio en la página de la oferta: no hay nada que hacer',
    CREATE: 'Compró en Azure Portal',
    STARTTESTDRIVE: 'Empezó una versión de prueba (Test Drive)',
  },
  causes: {
    throttled: 'Dynamics 365 no admite más por el momento.',
    away: 'Dynamics 365 no responde.',
    signIn: 'El inicio de sesión en Dynamics 365 no funciona.',
    rights: 'A la conexión le falta un derecho en Dynamics 365.',
    unknown: 'Dynamics 365 aún no lo ha admitido.',
  },
  lead: {
    title: (offer, who) => `Nuevo cliente potencial para ${offer}${who && `: ${who}`}`,
    waits: (offer, who) => `Nuevo cliente potencial en espera para ${offer}${who && `: ${who}`}`,
    noName: 'un cliente sin nombre',
    yourOffer: 'su oferta',
    testNotice: 'Es un cliente potencial de prueba. No hay ningún cliente detrás.',
    otherPartnerNotice:
      'No hay nada que hacer: este cliente preguntó a otro socio, que también figura en la página de su oferta. No se ha dado de baja de nada.',
    waitsNotice:
      'Este cliente potencial aún no está en Dynamics 365. Aquí está a salvo y se escribirá solo en cuanto sea posible; no hace falta que lo introduzca.',
    hiddenNotice: 'Los datos del cliente están en Dynamics 365 y en la consola.',
  },
  digest: {
    title: (count, offers) =>
      plural(count, {
        one: (n) => `${n} nuevo cliente potencial para ${offers}`,
        other: (n) => `${n} nuevos clientes potenciales para ${offers}`,
      }),
    lead: 'Van en un solo mensaje para que su buzón siga siendo legible.',
    notice: (waiting) =>
      plural(waiting, {
        one: (n) => `${n} de ellos espera a ser escrito en Dynamics 365. Aquí está a salvo.`,
        other: (n) => `${n} de ellos esperan a ser escritos en Dynamics 365. Aquí están a salvo.`,
      }),
    more: (count) =>
      plural(count, {
        one: (n) => `${n} más está en la consola.`,
        other: (n) => `${n} más están en la consola.`,
      }),
  },
  incident: {
    reminder: (title) => `Recordatorio: ${title}`,
    offers: (first, others) =>
      plural(others, {
        one: (n) => `${first} y ${n} oferta más`,
        other: (n) => `${first} y ${n} ofertas más`,
      }),
    more: (count) => plural(count, { one: (n) => `y ${n} más`, other: (n) => `y ${n} más` }),
    untitled: 'una oferta sin título',
    nameless: 'alguien sin nombre',
    dead: (count) =>
      plural(count, {
        one: (n) => `${n}; se puede entregar de nuevo`,
        other: (n) => `${n}; cada uno se puede entregar de nuevo`,
      }),
    expiresOn: (secret, offers, day) => `${secrets[secret]} de ${offers} caduca el ${day}`,
    expiredOn: (secret, offers, day) => `${secrets[secret]} de ${offers} caducó el ${day}`,
    toBeReplaced: (secret, offers) => `Hay que sustituir: ${secrets[secret]} de ${offers}`,
    hasExpired: (secret, offers) => `${secrets[secret]} de ${offers} ha caducado`,
    subjects: {
      'connection-broken': (offers) => [
        `Clientes potenciales de ${offers} esperan: la conexión no funciona`,
        `Los clientes potenciales de ${offers} se escriben de nuevo`,
      ],
      'destination-away': (offers) => [
        `Clientes potenciales de ${offers} esperan: Dynamics 365 no responde`,
        `Los clientes potenciales de ${offers} se escriben de nuevo: Dynamics 365 responde`,
      ],
      'leads-refused': (offers) => [
        `Dynamics 365 rechaza clientes potenciales de ${offers}`,
        `Los clientes potenciales de ${offers} ya no se rechazan`,
      ],
      'connection-warning': (offers) => [
        `La conexión de ${offers} necesita revisión`,
        `La conexión de ${offers} vuelve a estar en orden`,
      ],
      'secret-expiring': (offers) => [
        `El inicio de sesión de ${offers} está a punto de caducar`,
        `El secreto de ${offers} se ha sustituido`,
      ],
      'secret-expired': (offers) => [
        `El inicio de sesión de ${offers} ha caducado`,
        `El secreto de ${offers} vuelve a funcionar`,
      ],
      'mail-trouble': (offers) => [
        `Los mensajes sobre ${offers} no se pueden entregar`,
        `Los mensajes sobre ${offers} se entregan de nuevo`,
      ],
      'records-undecodable': (offers) => [
        `No se ha podido leer un registro sobre ${offers}`,
        `El registro sobre ${offers} está atendido`,
      ],
      'events-refused': (offers) => [
        `No se ha podido transmitir un evento sobre ${offers}`,
        `El evento sobre ${offers} está atendido`,
      ],
      'posts-quarantined': (offers) => [
        `Lo enviado para ${offers} no es un cliente potencial conocido`,
        `Lo enviado para ${offers} está atendido`,
      ],
      'fields-unknown': (offers) => [
        `Los clientes potenciales de ${offers} traen campos desconocidos`,
        `Los clientes potenciales de ${offers} ya no traen campos nuevos desconocidos`,
      ],
      other: (offers) => [
        `Los clientes potenciales de ${offers} necesitan revisión`,
        `Todo está bien con los clientes potenciales de ${offers}`,
      ],
    },
    nothingLost: 'No.',
    lost: {
      'connection-broken': 'No. Los clientes potenciales se reciben y esperan.',
      'destination-away': 'No. Los clientes potenciales se reciben y esperan.',
      'leads-refused': 'No. Lo rechazado se guarda y se puede entregar de nuevo cuando desaparezca la causa.',
      'connection-warning': 'No. Los clientes potenciales se reciben y se guardan.',
      'secret-expiring': 'No. Sin un secreto válido, los clientes potenciales se reciben y esperan.',
      'secret-expired': 'No. Los clientes potenciales se reciben y esperan.',
      'mail-trouble': 'No. Los clientes potenciales se escriben y los mensajes esperan.',
      'records-undecodable': 'No. El registro se guarda, pero no tiene efecto hasta que alguien lo atienda.',
      'events-refused': 'No. El evento se guarda, pero no tiene efecto hasta que alguien lo atienda.',
      'posts-quarantined':
        'No. Lo enviado se guarda y será un cliente potencial cuando alguien lo procese en la consola, en «Posts put aside».',
      'fields-unknown':
        'No. Los clientes potenciales se escriben sin esos campos, y cada uno conserva lo enviado.',
      other: 'No. Los clientes potenciales se reciben y se guardan.',
    },
  },
  request: {
    title: (publisher) => `Confirme que quiere recibir mensajes sobre clientes potenciales de ${publisher}`,
    ifConfirmed: 'Recibe un mensaje por cada cliente que pregunte por una oferta de este editor.',
    ifNothing: 'No recibe ninguno de esos mensajes.',
    days: (count) => plural(count, { one: (n) => `${n} día`, other: (n) => `${n} días` }),
    reason: (publisher) =>
      `Recibe este único mensaje porque alguien de ${publisher} introdujo su dirección como contacto para los clientes potenciales de una oferta. Si no conoce a esa persona, no haga nada, o siga el enlace y responda no.`,
  },
  week: {
    title: (span) => `Sus clientes potenciales: ${span}`,
    lead: (count) =>
      plural(count, {
        one: (n) => `Llegó ${n} cliente potencial.`,
        other: (n) => `Llegaron ${n} clientes potenciales.`,
      }),
    none: 'No llegó ningún cliente potencial.',
    seconds: (count) => plural(count, { one: (n) => `${n} segundo`, other: (n) => `${n} segundos` }),
    minutes: (count) => plural(count, { one: (n) => `${n} minuto`, other: (n) => `${n} minutos` }),
    hours: (count) => plural(count, { one: (n) => `${n} hora`, other: (n) => `${n} horas` }),
  },
  footer: {
    reason:
      'Recibe este mensaje porque su dirección es un correo de contacto del destino de clientes potenciales de esta oferta. Se puede cambiar en los detalles de conexión de la oferta.',
    reasonOfAll:
      'Recibe este mensaje porque su dirección es un correo de contacto del destino de clientes potenciales de estas ofertas. Se puede cambiar en los detalles de conexión de cada oferta.',
  },
};
