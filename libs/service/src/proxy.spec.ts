import { describe, expect, test } from '@jest/globals';
import { proxyOf, proxySettings } from './proxy.ts';
import { readSettings } from './settings.ts';

const read = (environment: Record<string, string>): ReturnType<typeof proxyOf> =>
  proxyOf(readSettings(environment, proxySettings));

describe('the proxy of a deployment', () => {
  test.each([
    ['none is named', {}, undefined],
    ['the variable is empty', { HTTPS_PROXY: '' }, undefined],
    ['only exceptions are named', { NO_PROXY: 'a.example' }, undefined],
    [
      'the name is in upper case',
      { HTTPS_PROXY: 'http://a:1', NO_PROXY: 'b' },
      { url: 'http://a:1', except: 'b' },
    ],
    [
      'the name is in lower case',
      { https_proxy: 'http://a:1', no_proxy: 'b' },
      { url: 'http://a:1', except: 'b' },
    ],
    [
      'both are there: the lower case counts',
      { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1' },
      { url: 'http://a:1', except: '' },
    ],
    [
      'it is named without a scheme',
      { HTTPS_PROXY: 'a.example:3128' },
      { url: 'http://a.example:3128', except: '' },
    ],
  ])('where %s', (_case, environment, expected) => {
    expect(read(environment)).toEqual(expected);
  });

  test('that cannot be one stops the service, which names the setting and nothing of its value', () => {
    let said = '';
    const end = (message: string): never => {
      said = message;
      throw new Error('ended');
    };
    for (const value of ['socks5://user:hunter2@a:1', 'http://user:hunter2@:x']) {
      expect(() => readSettings({ HTTPS_PROXY: value }, proxySettings, end)).toThrow('ended');
      expect(said).toContain('HTTPS_PROXY is not usable');
      expect(said).not.toContain('hunter2');
    }
  });
});
