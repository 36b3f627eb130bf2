/** Which addresses are Dynamics 365 instances, and which sign-in authority each one's cloud has. */

/** Where a cloud's directories sign in. */
export type SignInHost =
  'login.microsoftonline.com' | 'login.microsoftonline.us' | 'login.partner.microsoftonline.cn';

/** Host suffix (what follows the organisation's name and a dot) to sign-in host. */
export type Regions = ReadonlyMap<string, SignInHost>;

const PUBLIC: SignInHost = 'login.microsoftonline.com';
const PUBLIC_REGIONS = ['', 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22];

/** Regions documented for Dataverse (new-datacenter-regions); crm9 is GCC, then GCC High, DoD and China. */
export const KNOWN_REGIONS: Regions = new Map<string, SignInHost>([
  ...PUBLIC_REGIONS.map((number) => [`crm${number}.dynamics.com`, PUBLIC] as const),
  ['crm.microsoftdynamics.us', 'login.microsoftonline.us'],
  ['crm.appsplatform.us', 'login.microsoftonline.us'],
  ['crm.dynamics.cn', 'login.partner.microsoftonline.cn'],
]);

/** An address that is an instance, or what is wrong with it and what to enter instead. */
export type DynamicsAddress =
  | { ok: true; origin: string; organization: string; region: string; signInHost: SignInHost }
  | { ok: false; fault: string };

const EXAMPLE = 'https://contoso.crm4.dynamics.com';
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
// Hosts of Microsoft's own below the same suffixes: no publisher's instance.
const NOT_INSTANCES = new Set(['disco', 'globaldisco', 'admin', 'port', 'home', 'www']);
const TEST_RINGS = /^(?:crm10|crmtest)\.dynamics\.com$/;

/**
 * Reads what was entered as the instance's URL.
 *
 * What is accepted is decided on the text itself: no URL parser comes between the check and the use, so no
 * spelling that parsers read differently gets through.
 */
export function readDynamicsUrl(text: string, regions: Regions): DynamicsAddress {
  const entered = text.trim().toLowerCase();
  const host = /^https:\/\/([a-z0-9.-]+)\/?$/.exec(entered)?.[1];
  const found = host === undefined ? undefined : readHost(host, regions);
  return found ?? { ok: false, fault: describeFault(text.trim(), regions) };
}

function readHost(host: string, regions: Regions): (DynamicsAddress & { ok: true }) | undefined {
  const [organization = '', ...rest] = host.split('.');
  // `org.api.crm4.dynamics.com` is the same instance's address for programs.
  const region = (rest[0] === 'api' ? rest.slice(1) : rest).join('.');
  const signInHost = regions.get(region);
  if (!signInHost || !LABEL.test(organization) || NOT_INSTANCES.has(organization)) return undefined;
  return { ok: true, origin: `https://${host}`, organization, region, signInHost };
}

/** Says what keeps an address from being accepted. Only ever called on one that was refused. */
function describeFault(entered: string, regions: Regions): string {
  if (entered === '') {
    return `Enter the URL of your Dynamics 365 instance, such as ${EXAMPLE}.`;
  }
  const url = URL.parse(/^[a-z]+:[\\/]/i.test(entered) ? entered : `https://${entered}`);
  if (!url || url.hostname === '') {
    return `This is not a web address. Copy the URL of your Dynamics 365 instance from the browser; it looks like ${EXAMPLE}.`;
  }
  const instance = readHost(url.hostname, regions);
  if (instance) return describeSurplus(entered, url, instance.origin);
  return describeHost(url.hostname, regions);
}

function describeSurplus(entered: string, url: URL, origin: string): string {
  if (url.username !== '' || url.password !== '') {
    return `A URL must not contain a user name or password. Enter ${origin}.`;
  }
  if (url.protocol !== 'https:' || !entered.includes('://')) {
    return `The URL must start with https://. Enter ${origin}.`;
  }
  if (url.port !== '') return `The URL must not name a port. Enter ${origin}.`;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || /[?#]/.test(entered)) {
    return `Only the beginning of the URL is needed, without what follows the host name. Enter ${origin}.`;
  }
  return `The URL contains characters that do not belong there. Enter ${origin}.`;
}

function describeHost(host: string, regions: Regions): string {
  const form = `The URL of a Dynamics 365 instance looks like ${EXAMPLE}.`;
  if (host.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(host)) {
    return `An IP address is not accepted. ${form}`;
  }
  const [organization = '', ...rest] = host.split('.');
  const suffix = (rest[0] === 'api' ? rest.slice(1) : rest).join('.');
  if (TEST_RINGS.test(suffix)) return `${suffix} is a test ring of Microsoft's and takes no leads. ${form}`;
  if (suffix === 'crm.microsoftdynamics.de') {
    return 'The cloud crm.microsoftdynamics.de (Germany) is closed. Enter the URL of the instance that yours was moved to.';
  }
  if (/^crm\d*\.dynamics\.com$/.test(suffix) && !regions.has(suffix)) {
    return `${suffix} is not among the regions that this service may call. If your instance really is there, ask the operators to add it (DYNAMICS_REGIONS).`;
  }
  if (regions.has(suffix) && NOT_INSTANCES.has(organization)) {
    return `${host} is a service address of Microsoft's and not an instance. ${form}`;
  }
  if (regions.has(host)) return `The name of your organization is missing before ${host}. ${form}`;
  if (regions.has(suffix)) return `${organization} cannot be the name of an organization. ${form}`;
  if (/dynamics|crm/.test(host)) {
    return `${host} is not a host of Dynamics 365: the name must end in a region of Microsoft's, such as .crm4.dynamics.com. Dynamics on-premises and addresses of your own are not supported. ${form}`;
  }
  return `${host} is not a host of Dynamics 365. Dynamics on-premises is not supported. ${form}`;
}

/**
 * Reads the setting DYNAMICS_REGIONS: comma-separated suffixes such as `crm23.dynamics.com`, each with
 * `=<sign-in host>` where it is not the public cloud's. They are added to {@link KNOWN_REGIONS}.
 * @throws Error naming the entry that cannot be used
 */
export function readRegions(setting: string): Regions {
  const regions = new Map(KNOWN_REGIONS);
  const signInHosts = new Set<string>(KNOWN_REGIONS.values());
  for (const entry of setting.split(',').map((part) => part.trim().toLowerCase())) {
    if (entry === '') continue;
    const [suffix = '', host = PUBLIC] = entry.split('=').map((part) => part.trim());
    const isSuffix = suffix.split('.').length >= 3 && suffix.split('.').every((label) => LABEL.test(label));
    if (!isSuffix) throw new Error(`${suffix} is not a host suffix such as crm23.dynamics.com`);
    if (!signInHosts.has(host)) throw new Error(`${host} is not a sign-in host of Microsoft's`);
    regions.set(suffix, host as SignInHost);
  }
  return regions;
}
