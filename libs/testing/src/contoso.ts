/** Contoso, its people and their neighbours, as the emulators begin with them. Nothing here opens anything outside them. */
import { CONTOSO, FABRIKAM, NORTHWIND } from '@leads/emulators/seed';

/** Where Contoso's organisation answers. */
export const contosoHost = CONTOSO.host;

/** What Contoso's owner enters for that organisation and the application in it. */
export const contoso = {
  publisher: { id: 'contoso', name: 'Contoso' },
  offer: { id: 'contoso-analytics', title: 'Contoso Analytics' },
  leadDestination: 'dynamics-365',
  url: `https://${CONTOSO.host}`,
  authentication: 'azure-active-directory',
  applicationId: CONTOSO.clientId,
  directoryId: CONTOSO.tenantId,
  clientSecret: CONTOSO.clientSecret,
  contactEmails: 'sales@contoso.example;marketing@contoso.example',
} as const;

/** The emulated directories whose people may sign in. */
export const directories = {
  contoso: CONTOSO.tenantId,
  /** Of a publisher that is not registered yet. */
  fabrikam: FABRIKAM.tenantId,
  /** Whose people operate the product. */
  northwind: NORTHWIND.tenantId,
} as const;

/** The publisher of Contoso's connection, the directory whose people act for it, and where its contacts are. */
export const contosoPublisher = {
  ...contoso.publisher,
  directoryId: directories.contoso,
  domains: ['contoso.example'],
} as const;

/** User names in those directories, all with one password. */
export const people = {
  owner: CONTOSO.person,
  reader: CONTOSO.reader,
  /** Owner of a publisher that is not registered yet. */
  newOwner: FABRIKAM.person,
  /** Has no role. */
  stranger: CONTOSO.stranger,
  operator: NORTHWIND.person,
  /** Of an Office 365 connection. */
  serviceAccount: CONTOSO.serviceAccount,
  password: CONTOSO.password,
} as const;

/** The product's own registration: people sign in through it, and connections with user name and password. */
export const productClientId = CONTOSO.productClientId;
