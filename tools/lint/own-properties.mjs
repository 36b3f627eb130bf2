/**
 * A lint rule: no plain object is asked by a name that its type does not know. A name from outside may be
 * `constructor` or `__proto__`, and a plain object answers both with what nobody put there. Where names are data, a
 * Map keeps them, or `own` of @leads/contracts looks them up.
 */
import ts from 'typescript';

const message =
  'A name from outside may be "constructor": keep such names in a Map, or look them up by own() of @leads/contracts.';

/** Whether a type holds texts that are not spelt out: `string`, and not `'a' | 'b'` or a number. */
function isAnyText(type) {
  return type.isUnion()
    ? type.types.some(isAnyText)
    : (type.flags & (ts.TypeFlags.String | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
}

/** `name as keyof typeof table` says of a text what nobody has seen. */
function isClaimed(node) {
  return node.type === 'TSAsExpression' && node.typeAnnotation.type === 'TSTypeOperator';
}

export const ownProperties = {
  meta: { type: 'problem', messages: { foreign: message }, schema: [] },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    const typeOf = (node) =>
      checker.getBaseConstraintOfType(services.getTypeAtLocation(node)) ?? services.getTypeAtLocation(node);
    const isForeign = (key) => isClaimed(key) || isAnyText(typeOf(key));
    const check = (key) => {
      if (isForeign(key)) context.report({ node: key, messageId: 'foreign' });
    };
    return {
      'MemberExpression[computed=true]': (node) => check(node.property),
      'ObjectPattern > Property[computed=true]': (node) => check(node.key),
      "BinaryExpression[operator='in']": (node) => check(node.left),
    };
  },
};
