// Lints diagrams and forms as the Modeler does and prints what it finds as JSON, a list of
// {"file", "rules", "element", "rule", "category", "message"}; the list is empty when all is well.
//
//   node lint.mjs FILE.bpmn FILE.form …
import { readFile } from 'node:fs/promises';
import { createRequire, registerHooks } from 'node:module';

const require = createRequire(import.meta.url);
const { BpmnModdle } = createRequire(require.resolve('bpmnlint'))('bpmn-moddle');
const { Linter } = require('bpmnlint');
const NodeResolver = require('bpmnlint/lib/resolver/node-resolver');
const zeebe = require('zeebe-bpmn-moddle/resources/zeebe.json');

// The engine we run on, and the newest one process owners may open the diagrams for.
const RULE_SETS = {
  recommended: 'bpmnlint:recommended',
  'camunda-8.6': 'plugin:camunda-compat/camunda-cloud-8-6',
  'camunda-8.10': 'plugin:camunda-compat/camunda-cloud-8-10',
};

async function lintDiagram(file) {
  const { rootElement, warnings } = await new BpmnModdle({ zeebe }).fromXML(await readFile(file, 'utf8'));
  const findings = warnings.map(({ message, element }) => ({
    file, rules: 'xml', element: element?.id ?? null, rule: 'import', category: 'error', message,
  }));
  for (const [rules, config] of Object.entries(RULE_SETS)) {
    const linter = new Linter({ config: { extends: [config] }, resolver: new NodeResolver({ require }) });
    for (const [rule, reports] of Object.entries(await linter.lint(rootElement))) {
      reports.forEach(({ id, category, message }) => findings.push({ file, rules, element: id ?? null, rule, category, message }));
    }
  }
  return findings;
}

async function lintForm(file) {
  const schema = JSON.parse(await readFile(file, 'utf8'));
  const { FormLinter } = await formLinting();
  const findings = new FormLinter().lint(schema).map(({ id, rule, category, message }) => ({
    file, rules: 'form', element: id ?? null, rule: rule ?? 'form', category: category ?? 'error', message,
  }));
  if (schema.executionPlatform !== 'Camunda Cloud' || !schema.executionPlatformVersion) {
    findings.push({
      file, rules: 'form', element: schema.id ?? null, rule: 'execution-platform', category: 'error',
      message: 'The form does not say which Camunda version it is for, so nothing else was checked',
    });
  }
  return findings;
}

let loaded;

// The form linter's modules name each other without an extension, which Node by itself does not resolve.
function formLinting() {
  if (!loaded) {
    const hooks = registerHooks({
      resolve(specifier, context, next) {
        const bare = context.parentURL?.includes('/@camunda/form-linting/') && /^\.[^]*\/[^./]+$/.test(specifier);
        if (!bare) {
          return next(specifier, context);
        }
        try {
          return next(`${specifier}.js`, context);
        } catch {
          return next(`${specifier}/index.js`, context);
        }
      },
    });
    loaded = import('@camunda/form-linting').finally(() => hooks.deregister());
  }
  return loaded;
}

const LINTERS = { '.bpmn': lintDiagram, '.form': lintForm };
const findings = [];
for (const file of process.argv.slice(2)) {
  const lint = LINTERS[/\.[^.]+$/.exec(file)?.[0]];
  findings.push(...(lint ? await lint(file) : [{
    file, rules: 'file', element: null, rule: 'known-kind', category: 'error', message: 'Neither a diagram (.bpmn) nor a form (.form)',
  }]));
}
process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
