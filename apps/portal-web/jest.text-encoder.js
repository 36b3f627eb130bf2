/** Browsers have it; the documents of jsdom do not. */
import { TextEncoder } from 'node:util';

globalThis.TextEncoder ??= TextEncoder;
