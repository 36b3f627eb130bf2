/** Sets what the portal reads as its environment, before it is imported. */
export function setEnvironment(settings: Readonly<Record<string, string>>): void {
  Object.assign(process.env, settings);
}
