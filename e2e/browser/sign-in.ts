/** Signs a person in to the console, through the emulated Entra ID as they would. */
import type { Page } from 'playwright-core';
import { people } from '@leads/testing';

/** Opens the console at `path`, signs in, and settles when that page is there. */
export async function signIn(page: Page, portalUrl: string, person: string, path = '/'): Promise<void> {
  await page.goto(`${portalUrl}${path}`);
  await page
    .getByRole('link', { name: 'Sign in' })
    .or(page.getByRole('button', { name: 'Sign in' }))
    .click();
  await page.getByLabel('User name').fill(person);
  await page.getByLabel('Password').fill(people.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${portalUrl}/**`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}
