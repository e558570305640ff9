/**
 * Sums a run up. A file that does not load counts as one failure: its tests are missing from the totals. A run without
 * a single passed test, or one that broke off, is never a success.
 * @param {{ numPassedTests: number, numFailedTests: number, testResults?: { status: string, assertionResults: { status: string }[] }[] } | undefined} report
 * @param {number} status vitest's exit status
 */
export function verdict(report, status) {
  const passed = report?.numPassedTests ?? 0;
  const unloaded = (report?.testResults ?? []).filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const counted = (report?.numFailedTests ?? 0) + unloaded;
  // Something failed outside of any test, such as an unhandled rejection.
  const failed = counted === 0 && status !== 0 ? 1 : counted;
  return { line: `${passed} passed, ${failed} failed`, ok: failed === 0 && passed > 0 };
}
