/** What the languages of the catalogue are made with: numbers and plurals as `Intl` has them. */

/** How a sentence about a number is said with the number, which is written already, put in its place. */
type Form = (number: string) => string;
type Forms = { readonly other: Form } & { readonly [Rule in Intl.LDMLPluralRule]?: Form };

/** Says the sentence that a language has for a number. */
export function pluralIn(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other)(numbers.format(count));
}
