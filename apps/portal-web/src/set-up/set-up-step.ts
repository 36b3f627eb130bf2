/** A step of the guided set-up, as it is told. */
import type { Authentication } from '@leads/contracts';
import type { SecretKind } from '@leads/contracts/connection-details';
import type { CheckName, GuideStep, PageName } from '@leads/contracts/validation';

/** Something that has to be entered or found somewhere exactly as it is. */
export interface SetUpValue {
  name: string;
  value: string;
}

/** What is done on one page. */
export interface SetUpPart {
  /** Absent where it is done here. */
  page?: PageName;
  /** From that page on, menu by menu. */
  path: readonly string[];
  clicks: readonly string[];
}

/** A step in words. */
export interface StepTelling {
  title: string;
  why: string;
  parts: readonly SetUpPart[];
  values: readonly SetUpValue[];
  afterwards: string;
  /** The mistake that is made most. */
  beware: string;
  /** What older guides say otherwise. */
  outdated?: string;
}

export interface SetUpStep extends StepTelling {
  name: GuideStep;
  /** Those that concern it. */
  checks: readonly CheckName[];
  /** Those among them without which it is not done. */
  needs: readonly CheckName[];
}

/** What of a connection the steps need. */
export interface SetUpFacts {
  authentication: Authentication;
  url: string;
  secretKind: SecretKind;
  applicationId?: string;
  directoryId?: string;
  userName?: string;
}

/** A value as far as the connection has it. */
export function known(name: string, value: string | undefined): SetUpValue[] {
  return value === undefined ? [] : [{ name, value }];
}
