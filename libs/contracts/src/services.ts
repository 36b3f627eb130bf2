/** The services by name: who may publish and take which topic, and who signs what. */
export const SERVICES = [
  'ingest-gateway', // takes leads in
  'credentials', // keeps connections, issues tokens, keeps incidents
  'dynamics-writer', // writes leads
  'notification', // sends mails
  'portal', // shows
] as const;

export type ServiceName = (typeof SERVICES)[number];
