import 'reflect-metadata';
import { Writable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Module, Post, Put } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DatabaseAway } from '@leads/database';
import { z } from 'zod';
import { createLog } from '../log.ts';
import { ProblemError, ProblemFilter } from '../problem.ts';
import { Answers } from './answers.ts';
import { describeApi } from './api-document.ts';
import { CheckedBody, CheckedQuery, errorsOf, IdParam, type Issues, wholeNumber } from './checked.ts';
import { IfMatch, WithEtag } from './entity-tag.ts';
import { headerDecorator } from './headers.ts';

const Offer = z.object({ offerId: z.uuid(), version: z.int(), title: z.string() }).meta({ id: 'Offer' });
type Offer = z.infer<typeof Offer>;
const Change = z.strictObject({ title: z.string().min(1) });
const Page = z.strictObject({ limit: wholeNumber(0, 200, 50) });

const unknownOffer = (): ProblemError =>
  new ProblemError({ status: 404, title: 'No offer', detail: 'None.' });
const notAccepted = (issues: Issues): ProblemError =>
  new ProblemError({ status: 422, title: 'No', detail: 'Not so.', errors: errorsOf(issues) });
const actor = { name: 'X-Actor', description: 'Who acts.' };
const Actor = (): ParameterDecorator => headerDecorator(actor, (value) => value ?? 'nobody');
const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

@Controller('api/offers')
class OffersController {
  @Get()
  @Answers('Some offers.', z.object({ limit: z.int(), offers: z.array(Offer) }))
  list(@CheckedQuery(Page) { limit }: z.infer<typeof Page>): { limit: number; offers: Offer[] } {
    return { limit, offers: [] };
  }

  @Get(':id')
  @Answers('One offer.', Offer)
  @WithEtag()
  find(@IdParam('id', unknownOffer) offerId: string): Promise<Offer> {
    return Promise.resolve({ offerId, version: 7, title: 'Contoso Analytics' });
  }

  @Put(':id')
  @Answers('Changes an offer.', Offer)
  change(
    @IdParam('id', unknownOffer) offerId: string,
    @IfMatch('offer', { needed: true }) version: number | undefined,
    @Actor() who: string,
    @CheckedBody(Change, notAccepted) { title }: z.infer<typeof Change>,
  ): Offer {
    return { offerId, version: version ?? 0, title: `${title} by ${who}` };
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers('Deletes an offer.', 'nothing')
  remove(@IdParam('id', unknownOffer) _offerId: string): void {
    return undefined;
  }
}

@Controller('api/lost')
class LostController {
  @Get()
  find(): never {
    throw new DatabaseAway(Object.assign(new Error('no pg_hba.conf entry for "leads"'), { code: '28000' }));
  }
}

@Module({ controllers: [OffersController, LostController] })
class OffersModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(OffersModule, new FastifyAdapter(), {
    logger: false,
  });
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  app.useGlobalFilters(new ProblemFilter(createLog({ service: 't', instance: 't', level: 'info' }, nowhere)));
  await app.init();
});
afterAll(() => app.close());

const put = (body: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'PUT', url: `/api/offers/${ID}`, payload: body, headers });

describe('what a request carries', () => {
  test('reaches the method as the schemas make it', async () => {
    expect((await app.inject('/api/offers?limit=20')).json()).toEqual({ limit: 20, offers: [] });
    expect((await app.inject(`/api/offers/${ID.toUpperCase()}`)).json()).toMatchObject({ offerId: ID });
    const changed = await put({ title: 'New' }, { 'if-match': '"3"', 'x-actor': 'Ada' });
    expect(changed.json()).toEqual({ offerId: ID, version: 3, title: 'New by Ada' });
  });

  test('is refused with a problem that names every fault', async () => {
    const query = await app.inject('/api/offers?limit=201&color=red');
    expect(query.statusCode).toBe(400);
    expect(query.headers['content-type']).toContain('application/problem+json');
    expect(query.json()).toMatchObject({ errors: [{ pointer: '/limit' }, { pointer: '/color' }] });
    const body = await put({ title: '', 'a/b': 1 }, { 'if-match': '*' });
    expect(body.statusCode).toBe(422);
    expect(body.json()).toMatchObject({ errors: [{ pointer: '/title' }, { pointer: '/a~1b' }] });
  });

  test.each(['0x10', '1e2', '%207', '+7', '07', '7.0', '-1', '', '９', 'Infinity', 'NaN'])(
    'is no number where it is not written in digits: %s',
    async (text) => {
      expect((await app.inject(`/api/offers?limit=${encodeURI(text)}`)).statusCode).toBe(400);
    },
  );

  test('that cannot be an id is answered like the id of nothing', async () => {
    const { statusCode, body } = await app.inject('/api/offers/17');
    expect([statusCode, body]).toEqual([404, expect.stringContaining('No offer')]);
  });
});

test('what fails for want of the database says so, when to ask again, and nothing of the inside', async () => {
  const { statusCode, headers, body } = await app.inject('/api/lost');
  expect([statusCode, headers['retry-after']]).toEqual([503, '5']);
  expect(headers['content-type']).toContain('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ detail: expect.stringContaining('Wait a few seconds, look') });
  expect(body).not.toContain('pg_hba');
});

describe('entity tags', () => {
  test('carry the version out', async () => {
    expect((await app.inject(`/api/offers/${ID}`)).headers.etag).toBe('"7"');
  });

  test('that are missing or foreign stop a change, which any version does not', async () => {
    expect((await put({ title: 'New' })).statusCode).toBe(428);
    expect((await put({ title: 'New' }, { 'if-match': 'W/"3"' })).statusCode).toBe(412);
    expect((await put({ title: 'New' }, { 'if-match': ' * ' })).json()).toMatchObject({ version: 0 });
  });
});

describe('the document of an API', () => {
  const api = {
    title: 'Offers',
    description: 'Of Contoso.',
    security: { apiKey: { type: 'http', scheme: 'bearer' } },
    headersOfWrites: [{ name: 'X-CSRF-Token', description: 'Of the session.', required: true }],
  };
  const header = (name: string, required: boolean): object =>
    expect.objectContaining({ name, in: 'header', required });

  test('has what the routes declare', () => {
    const document = describeApi(api, [OffersController]);
    expect(document).toMatchObject({
      openapi: '3.1.0',
      security: [{ apiKey: [] }],
      paths: {
        '/api/offers': {
          get: {
            summary: 'Some offers.',
            parameters: [
              { name: 'limit', in: 'query', required: false, schema: { maximum: 200, default: 50 } },
            ],
          },
        },
        '/api/offers/{id}': {
          get: {
            parameters: [{ name: 'id', in: 'path', required: true, schema: { format: 'uuid' } }],
            responses: {
              200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Offer' } } } },
              default: {
                content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
              },
            },
          },
          put: {
            parameters: expect.arrayContaining([
              header('If-Match', true),
              header('X-Actor', false),
              header('X-CSRF-Token', true),
            ]),
            requestBody: {
              required: true,
              content: {
                'application/json': { schema: { required: ['title'], additionalProperties: false } },
              },
            },
          },
          delete: { responses: { 204: { description: 'Done.' } } },
        },
      },
      components: { schemas: { Offer: { required: ['offerId', 'version', 'title'] }, Problem: {} } },
    });
    expect(JSON.stringify(document)).not.toMatch(/\$schema|\$defs|"id":"/);
  });

  test('names every route that says too little, instead of leaving it out', () => {
    @Controller('api/drafts')
    class DraftsController {
      @Get(':id')
      @Answers('One.', 'text/plain')
      find(): string {
        return '';
      }

      @Post()
      @Answers('Makes one.', 'nothing')
      create(@Body() _draft: unknown): void {
        return undefined;
      }

      @Post('all')
      createAll(): void {
        return undefined;
      }

      @Delete('all')
      @HttpCode(204)
      @Answers('Deletes all.', 'text/plain')
      deleteAll(): string {
        return 'gone';
      }
    }
    expect(() => describeApi(api, [OffersController, DraftsController])).toThrow(
      'The API cannot be described. GET /api/drafts/{id} does not take its parameter id. POST /api/drafts takes its whole BODY without a schema. POST /api/drafts/all does not say what it answers. DELETE /api/drafts/all answers 204, and something.',
    );
  });

  test('refuses two schemas of one name', () => {
    @Controller('api/faults')
    class FaultsController {
      @Get()
      @Answers('Faults.', z.object({ fault: z.string() }).meta({ id: 'Problem' }))
      list(): { fault: string } {
        return { fault: '' };
      }
    }
    expect(() => describeApi(api, [FaultsController])).toThrow('Two schemas of the API are called Problem.');
  });
});
