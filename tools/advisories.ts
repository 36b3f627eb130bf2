/** What is known to be weak in the packages that run in production: `npm audit`, where the registry answers it. */
import { execFile } from 'node:child_process';

export interface Advisory {
  /** Such as `GHSA-…`. */
  readonly id: string;
  /** The package that it is about. */
  readonly name: string;
  readonly severity: string;
  readonly title: string;
}

/** `unanswered`: nobody said that there is none. */
export type Audit =
  | { readonly kind: 'answered'; readonly advisories: readonly Advisory[] }
  | { readonly kind: 'unanswered'; readonly why: string };

interface Report {
  readonly vulnerabilities?: Readonly<Record<string, { readonly via: readonly (Via | string)[] }>>;
  readonly message?: string;
  readonly error?: { readonly summary?: string };
}
interface Via {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly severity: string;
}

/** @param report what `npm audit --json` wrote */
export function readAudit(report: string): Audit {
  const { vulnerabilities, message, error } = parsed(report);
  if (vulnerabilities === undefined) {
    // The address of the registry is nothing for a log.
    const why = (message ?? error?.summary ?? 'npm audit wrote no report.').replaceAll(/https?:\S+/g, '…');
    return { kind: 'unanswered', why };
  }
  const told = Object.values(vulnerabilities).flatMap(({ via }) =>
    via.filter((one) => typeof one !== 'string'),
  );
  const advisories = told.map(({ name, title, url, severity }) => {
    return { id: url.slice(url.lastIndexOf('/') + 1), name, severity, title };
  });
  return { kind: 'answered', advisories: [...new Map(advisories.map((one) => [one.id, one])).values()] };
}

function parsed(report: string): Report {
  try {
    return (JSON.parse(report) as Report | null) ?? {};
  } catch {
    return {};
  }
}

/** Asks the registry once. @param root the folder of the lock file */
export function askForAdvisories(root: string): Promise<Audit> {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=30000'];
  return new Promise((resolve) => {
    // Ends with 1 where it found something; its report says what.
    execFile('npm', args, { cwd: root, maxBuffer: 2 ** 26, timeout: 60_000 }, (_, report) =>
      resolve(readAudit(report)),
    );
  });
}
