/** What people are told by mail: each message from what happened to its text, its HTML and its pictures. */
export * from './brand-settings.ts';
export * from './contact-request.ts';
export * from './deployment.ts';
export * from './digest.ts';
export * from './incident.ts';
export type { Attachment, ComposedMail } from './lay-out.ts';
export * from './new-lead.ts';
export { mailLine } from './plain.ts';
export { USUAL_NOTIFICATIONS } from './telling.ts';
export { composeSample, SAMPLES, type SampleName } from './samples.ts';
export * from './weekly-summary.ts';
