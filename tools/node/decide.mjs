// Works FEEL out, as examples of decision tables need it.
//
// Standard input is a list of [kind, text, variables], kind "expression" or "unary"; standard output is a list of what
// they give. In a unary test the variable "?" is the value in question.
import { evaluate, unaryTest } from '@bpmn-io/feelin';

let input = '';
for await (const part of process.stdin) {
  input += part;
}
const WORK = { expression: evaluate, unary: unaryTest };
process.stdout.write(JSON.stringify(JSON.parse(input).map(([kind, text, variables]) => WORK[kind](text, variables).value)));
