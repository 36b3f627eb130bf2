/** What Jest's reports say of each spec file, and which of them are worth a second try. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** One spec file as Jest ended it. */
export interface SpecResult {
  /** As seen from the top folder. */
  readonly path: string;
  readonly passed: number;
  /** Tests that failed; 1 for a file that fell over as a whole. */
  readonly failed: number;
  /** One text a failed test: its file and name, and the first lines of what was said. */
  readonly faults: readonly string[];
}

/** What is read of a report. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Lines of a failure that the end repeats, since the output above it may be long. */
const LINES_SHOWN = 25;

/** More spec files than this fail for a reason that a second try would only hide. */
const SECOND_TRIES = 3;

/** The results in a report file; one that is not there or not whole means that Jest itself fell over. */
export function readReport(file: string, top: string): SpecResult[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    text = '';
  }
  return parseReport(text, relative(top, file), top);
}

/** As {@link readReport}, of the report's text. @param file its path, as seen from the top folder */
export function parseReport(text: string, file: string, top: string): SpecResult[] {
  let report: Report;
  try {
    report = JSON.parse(text) as Report;
  } catch {
    return [{ path: file, passed: 0, failed: 1, faults: [`${file}: Jest left no report`] }];
  }
  return report.testResults.map(({ name, status, message, assertionResults }) => {
    const path = relative(top, name);
    const failed = assertionResults.filter((result) => result.status === 'failed');
    const fell =
      status === 'failed' && failed.length === 0 ? [{ fullName: '', failureMessages: [message] }] : failed;
    return {
      path,
      passed: assertionResults.filter((result) => result.status === 'passed').length,
      failed: fell.length,
      faults: fell.map(
        ({ fullName, failureMessages }) =>
          `${path} ${fullName}\n${failureMessages.join('\n').split('\n').slice(0, LINES_SHOWN).join('\n')}`,
      ),
    };
  });
}

/** The spec files to try again: all that failed where they are few, none where they are more. */
export function toTryAgain(results: readonly SpecResult[]): SpecResult[] {
  const failed = results.filter((result) => result.failed > 0);
  return failed.length <= SECOND_TRIES && failed.every(({ path }) => path.endsWith('.spec.ts')) ? failed : [];
}
