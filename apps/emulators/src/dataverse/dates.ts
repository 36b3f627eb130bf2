/** Dataverse's timestamps carry whole seconds: `2026-11-22T20:29:50Z`. */
export const dataverseTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
