// What Fastify alone does with the same bodies: parsed, and answered as a lead is.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';

const app = fastify();
app.post('/leads/:addressKey', (_request, reply) => reply.code(202).send({ leadId: randomUUID() }));
process.stdout.write(`"address":"${await app.listen({ port: 0, host: '127.0.0.1' })}"\n`);
