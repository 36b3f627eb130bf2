/** Every text of every message in every language. */
import type { MessageLanguage } from '@leads/contracts';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { ja } from './ja.ts';

export const catalogue: Readonly<Record<MessageLanguage, Texts>> = { en, de, fr, es, ja };
