/** Who acts, as the caller names them: for versions and the audit trail, never to decide by. */
import { headerDecorator } from '@leads/service';

const header = { name: 'X-Actor', description: 'Who acts, for the audit trail.' };
const LONGEST_NAME = 200;

/** Hands the name over, without what no log should hold; `API` where the caller gives none. */
export const Actor = (): ParameterDecorator =>
  headerDecorator(header, (value = '') => {
    const name = value.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '').trim();
    return name === '' ? 'API' : name.slice(0, LONGEST_NAME);
  });
