/** Every page of the console in every state worth a look: how to get there, in the order in which one comes by. */
import { contoso, contosoHost, eventually, people } from '@leads/testing';
import type { Stage } from './stage.ts';
import type { Page } from 'playwright-core';
import { approvePublisher } from '../browser/approve-publisher.ts';
import { leadNumber, post } from '../marketplace.ts';

export interface Scene {
  name: string;
  /** Whose browser it is; the same person stays signed in from scene to scene. */
  who: 'nobody' | 'newOwner' | 'stranger' | 'owner' | 'operator';
  /** Brings the page there; each scene begins where the same person's last one ended. */
  show: (page: Page, stage: Stage) => Promise<void>;
}

const dialog = 'Connection details';
const offerOf = (stage: Stage): string => `/offers/${stage.connection.connectionId}`;

async function open(page: Page, stage: Stage, path: string): Promise<void> {
  await page.goto(`${stage.portalUrl}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('.fui-Skeleton') === null);
}

async function fill(page: Page, label: RegExp, value: string): Promise<void> {
  await page.getByRole('dialog', { name: dialog }).getByLabel(label).fill(value);
}

/** The link of the mail that asks a contact whether they want mails. */
function linkFor({ control }: Stage, address: string): Promise<string> {
  return eventually(
    async () => {
      const mail = (await control.mails()).find(({ to }) => to.includes(address));
      const link = /https?:\/\/\S+\/confirm-contact#[\w.-]+/.exec(mail?.text ?? '')?.[0];
      if (link === undefined) throw new Error(`${address} was not asked.`);
      return link;
    },
    { timeoutMs: 30_000 },
  );
}

const played: readonly Scene[] = [
  { name: 'signed-out', who: 'nobody', show: (page, stage) => open(page, stage, '/signed-out') },
  {
    name: 'signed-out-cancelled',
    who: 'nobody',
    show: (page, stage) => open(page, stage, '/signed-out?problem=cancelled'),
  },
  { name: 'no-role', who: 'stranger', show: (page, stage) => open(page, stage, '/') },
  { name: 'first-owner', who: 'newOwner', show: (page, stage) => open(page, stage, '/') },
  {
    name: 'waiting-for-approval',
    who: 'newOwner',
    show: async (page) => {
      await page.getByLabel('Publisher name').fill('Fabrikam');
      await page.getByLabel('Publisher ID').fill('fabrikam');
      await page.getByRole('button', { name: 'Register' }).click();
      await page.getByRole('heading', { name: 'Waiting for approval' }).waitFor();
    },
  },
  {
    name: 'publishers',
    who: 'operator',
    show: async (page, stage) => {
      await open(page, stage, '/publishers');
      await page.getByRole('button', { name: 'Approve' }).waitFor();
    },
  },
  {
    name: 'offers-empty',
    who: 'newOwner',
    show: async (page, stage) => {
      await approvePublisher(stage.portalUrl, 'fabrikam');
      await page.getByRole('button', { name: 'Load again' }).click();
      await page.getByRole('heading', { name: 'Connect your first offer' }).waitFor();
    },
  },
  { name: 'leads-empty', who: 'newOwner', show: (page, stage) => open(page, stage, '/leads') },
  {
    name: 'dialog-new',
    who: 'newOwner',
    show: async (page, stage) => {
      await open(page, stage, '/offers');
      await page.getByRole('button', { name: 'Connect an offer' }).click();
      await page.getByRole('dialog', { name: dialog }).waitFor();
    },
  },
  {
    name: 'dialog-mistakes',
    who: 'newOwner',
    show: async (page) => {
      await fill(page, /^URL/, 'http://contoso.example');
      await fill(page, /^Contact email/, 'sales@fabrikam.example; sales@');
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await page.getByText('"sales@"').first().waitFor();
    },
  },
  {
    name: 'dialog-certificate',
    who: 'newOwner',
    show: async (page) => {
      await page.getByRole('radio', { name: /^By certificate/ }).check();
      await fill(page, /^Certificate and private key/, '-----BEGIN PRIVATE KEY-----\nnot a key\n');
      await page.getByLabel(/^Certificate and private key/).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'offer-draft',
    who: 'newOwner',
    show: async (page) => {
      await page.getByRole('radio', { name: 'By secret' }).check();
      await fill(page, /^Offer( ?\*)?$/, 'Fabrikam Insights');
      await fill(page, /^Offer ID/, 'fabrikam-insights');
      await fill(page, /^URL/, contoso.url);
      await fill(page, /^Application/, contoso.applicationId);
      await fill(page, /^Directory ID/, contoso.directoryId);
      await fill(page, /^Client secret( ?\*)?$/, 'not-the-secret-of-this-application');
      await fill(page, /^Contact email/, 'sales@fabrikam.example; ann@partner.example');
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: 'Fabrikam Insights' }).waitFor();
      await page.getByText('Waiting for confirmation').waitFor();
    },
  },
  {
    name: 'confirm-contact',
    who: 'nobody',
    show: async (page, stage) => {
      await page.goto(await linkFor(stage, 'ann@partner.example'));
      await page.getByRole('heading', { name: 'Mails about leads of Fabrikam?' }).waitFor();
    },
  },
  {
    name: 'confirm-contact-declined',
    who: 'nobody',
    show: async (page) => {
      await page.getByRole('button', { name: 'No, never' }).click();
      await page.getByRole('heading', { name: 'You get no such mails' }).waitFor();
    },
  },
  {
    name: 'publishers-domains',
    who: 'operator',
    show: async (page, stage) => {
      await open(page, stage, '/publishers');
      await page.getByRole('button', { name: 'Change the mail domains of Fabrikam' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'validate-failed',
    who: 'newOwner',
    show: async (page) => {
      await page
        .getByRole('button', { name: /^Validate/ })
        .first()
        .click();
      await page.getByText('Mend what failed').waitFor();
    },
  },
  {
    name: 'set-up-failed',
    who: 'newOwner',
    show: async (page, stage) => {
      await open(page, stage, `${new URL(page.url()).pathname}/set-up`);
      await page.getByText('Not right yet').waitFor();
    },
  },
  {
    name: 'leads',
    who: 'owner',
    show: async (page, stage) => {
      for (const number of [1, 2, 3]) await post(stage.connection.leadAddress, leadNumber(number));
      await stage.control.changeOrganization(contosoHost, {
        plugins: [
          {
            column: 'lastname',
            contains: 'Trujillo 4',
            status: 400,
            code: '0x80040265',
            text: 'The sales team refuses it.',
          },
        ],
      });
      await post(stage.connection.leadAddress, leadNumber(4));
      await open(page, stage, '/leads');
      await page.getByRole('list', { name: 'Leads' }).getByText('Dead').waitFor({ timeout: 90_000 });
      await page.getByRole('list', { name: 'Leads' }).getByText('Written').nth(2).waitFor();
    },
  },
  {
    name: 'leads-none-fits',
    who: 'owner',
    show: (page, stage) => open(page, stage, '/leads?search=nobody-has-this-name'),
  },
  {
    name: 'lead-dead',
    who: 'owner',
    show: async (page, stage) => {
      await open(page, stage, '/leads?state=dead');
      await page.getByRole('list', { name: 'Leads' }).getByRole('link').first().click();
      await page.getByRole('heading', { name: 'What happened' }).waitFor();
    },
  },
  {
    name: 'replay-question',
    who: 'owner',
    show: async (page) => {
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByRole('alertdialog').or(page.getByRole('dialog')).waitFor();
    },
  },
  {
    name: 'lead-written',
    who: 'owner',
    show: async (page, stage) => {
      await open(page, stage, '/leads?state=written');
      await page.getByRole('list', { name: 'Leads' }).getByRole('link').first().click();
      await page.getByText(/E-mail sent/).waitFor();
    },
  },
  {
    name: 'kept-posts',
    who: 'owner',
    show: async (page, stage) => {
      const body =
        '{"userDetails": {"firstName": "Ana", "email": "ana@adatum.example"} "offerTitle": "Printed"';
      await fetch(stage.connection.leadAddress, { method: 'POST', body });
      await open(page, stage, '/kept-posts');
      await page.getByRole('list', { name: 'Posts put aside' }).getByRole('link').first().waitFor();
    },
  },
  {
    name: 'kept-post',
    who: 'owner',
    show: async (page) => {
      await page.getByRole('list', { name: 'Posts put aside' }).getByRole('link').first().click();
      await page.getByRole('button', { name: 'See what it becomes' }).click();
      await page.getByRole('heading', { name: 'It becomes this lead' }).waitFor();
    },
  },
  {
    name: 'lead-repeated',
    who: 'owner',
    show: async (page, stage) => {
      const leadId = await post(stage.connection.leadAddress, leadNumber(1));
      await open(page, stage, `/leads/${leadId}`);
      await page.getByRole('button', { name: 'This was a second wish' }).first().waitFor();
    },
  },
  {
    name: 'offer-validated',
    who: 'owner',
    show: async (page, stage) => {
      await open(page, stage, offerOf(stage));
      await page
        .getByRole('button', { name: /^Validate/ })
        .first()
        .click();
      await page.getByRole('link', { name: /test lead in Dynamics/ }).waitFor();
    },
  },
  { name: 'offers', who: 'owner', show: (page, stage) => open(page, stage, '/offers') },
  { name: 'set-up', who: 'owner', show: (page, stage) => open(page, stage, `${offerOf(stage)}/set-up`) },
  { name: 'audit', who: 'owner', show: (page, stage) => open(page, stage, '/audit') },
  { name: 'health', who: 'operator', show: (page, stage) => open(page, stage, '/health') },
  {
    name: 'health-failing',
    who: 'operator',
    show: async (page, stage) => {
      const user = { applicationId: contoso.applicationId, fullname: 'Lead writer', roles: [] };
      await stage.control.changeOrganization(contosoHost, { applicationUsers: [user] });
      await post(stage.connection.leadAddress, leadNumber(5));
      await page.getByText('Failing', { exact: true }).first().waitFor();
    },
  },
  {
    name: 'offer-failing',
    who: 'operator',
    show: (page, stage) => open(page, stage, offerOf(stage)),
  },
  {
    name: 'incidents',
    who: 'owner',
    show: async (page, stage) => {
      await open(page, stage, '/incidents');
      await page.getByRole('list', { name: 'Incidents' }).getByText('Connection broken').waitFor();
    },
  },
  {
    name: 'incident',
    who: 'owner',
    show: async (page) => {
      await page.getByRole('link', { name: 'Connection broken' }).click();
      await page.getByRole('heading', { name: 'What to do' }).waitFor();
    },
  },
  {
    name: 'lead-held',
    who: 'owner',
    show: async (page, stage) => {
      await open(page, stage, '/leads?state=pending');
      await page.getByRole('list', { name: 'Leads' }).getByRole('link').first().click();
      await page.getByText('Waits for its connection').waitFor();
    },
  },
  {
    name: 'incident-acknowledged',
    who: 'owner',
    show: async (page) => {
      await page.getByRole('link', { name: 'See the incident' }).first().click();
      await page.getByRole('button', { name: 'Acknowledge' }).click();
      await page.getByText(`Acknowledged by ${people.owner}`).waitFor();
    },
  },
  { name: 'not-there', who: 'operator', show: (page, stage) => open(page, stage, '/nowhere') },
];

/** All of them, in the order in which they are played. */
export function allScenes(): readonly Scene[] {
  return played;
}

/** Who signs in for whom. */
export const accounts = {
  newOwner: people.newOwner,
  stranger: people.stranger,
  owner: people.owner,
  operator: people.operator,
} as const;
