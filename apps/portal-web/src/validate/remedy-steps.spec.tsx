/** @jest-environment jsdom */
import { describe, expect, test } from '@jest/globals';
import { CHECKS, inWords } from '@leads/contracts/validation';
import { render, screen } from '@testing-library/react';
import { RemedySteps } from './remedy-steps.tsx';

function show(remedy: string): void {
  const check = {
    check: 'client-secret',
    status: 'failed',
    startedAt: '2026-11-22T12:00:00Z',
    remedy,
  } as const;
  render(<RemedySteps check={check} instanceUrl="https://contoso.crm4.dynamics.com" />);
}

describe('what to do about a check', () => {
  test('is said once where the check tells what the steps say', () => {
    const words = inWords(CHECKS['client-secret'].remedy);
    show(words);
    expect(screen.queryByText(words)).toBeNull();
    expect(screen.getByText('Select OK.')).toBeTruthy();
  });

  test('is said above the steps where the check tells something of its own', () => {
    show('Ask the operators.');
    expect(screen.getByText('Ask the operators.')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Step by step' })).toBeTruthy();
  });
});
