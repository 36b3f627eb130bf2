/** A step of the guided set-up, as it is told. */
import type { Authentication } from '@leads/contracts';

/** Something that has to be entered or found somewhere exactly as it is. */
export interface SetUpValue {
  name: string;
  value: string;
}

/** What is done in one place. */
export interface SetUpPart {
  /** Absent where it is done here. */
  place?: { name: string; href: string };
  /** From that page on, menu by menu. */
  path: readonly string[];
  clicks: readonly string[];
}

export type StepName = 'register' | 'enter' | 'solution' | 'user' | 'role' | 'privileges' | 'publish';

export interface SetUpStep {
  name: StepName;
  title: string;
  why: string;
  parts: readonly SetUpPart[];
  values: readonly SetUpValue[];
  afterwards: string;
  /** The mistake that is made most. */
  beware: string;
  /** What older guides say otherwise. */
  outdated?: string;
  /** Those that concern it. */
  checks: readonly string[];
  /** Those among them without which it is not done. */
  needs: readonly string[];
}

/** What of a connection the steps need. */
export interface SetUpFacts {
  authentication: Authentication;
  url: string;
  secretKind: 'client-secret' | 'certificate' | 'password';
  applicationId?: string;
  directoryId?: string;
  userName?: string;
}

/** A value as far as the connection has it. */
export function known(name: string, value: string | undefined): SetUpValue[] {
  return value === undefined ? [] : [{ name, value }];
}
