// Reads FEEL with the parser of the engine's makers.
//
// Each line on standard input is a request, each line on standard output its answer, both JSON:
//
//   {"expressions": [["expression" | "unary", "text"], …]}   a tree for each: [kind, from, to, [children]]; kind "⚠" is an error
//   {"builtins": true}                                         the functions there are: [{"name", "params", "engines"}]
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const { parser, trackVariables } = require('@bpmn-io/lezer-feel');
const { camundaBuiltins, camundaReservedNameBuiltins } = require('@camunda/feel-builtins');

const TOP = { expression: 'Expression', unary: 'UnaryTests' };
// Functions whose names hold words of the language, such as "get or else", are read only when they are known.
const reserved = Object.fromEntries(camundaReservedNameBuiltins.map(({ name }) => [name, {}]));
const parsers = Object.fromEntries(Object.entries(TOP).map(([kind, top]) => [
  kind, parser.configure({ top, dialect: 'camunda', contextTracker: trackVariables(reserved) }),
]));

function tree(node, at) {
  const children = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    children.push(tree(child, at));
  }
  return [node.type.isError ? '⚠' : node.name, at(node.from), at(node.to), children];
}

// Offsets count characters, not the halves of those that JavaScript keeps as two.
function counted(text) {
  return /[\ud800-\udfff]/.test(text) ? (offset) => [...text.slice(0, offset)].length : (offset) => offset;
}

function answer({ expressions, builtins }) {
  if (builtins) {
    return [...camundaBuiltins, ...camundaReservedNameBuiltins].map(({ name, params, engines }) => (
      { name, params: (params ?? []).map((param) => param.name), engines: engines?.camunda ?? null }));
  }
  return expressions.map(([kind, text]) => tree(parsers[kind].parse(text).topNode, counted(text)));
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`);
}
