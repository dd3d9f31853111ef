// What Camunda Modeler makes of element templates, by its own code.
//
//   node modeler.mjs validate FILE.json …                    what is wrong with them: a list of {"file", "message"}
//   node modeler.mjs choose DIAGRAM FOLDER ELEMENT=TEMPLATE …   the diagram after each element was given a template
//   node modeler.mjs known DIAGRAM FOLDER                    by element: the version it has (null where the Modeler does
//                                                           not know it), and the newest
import { readFile, readdir } from 'node:fs/promises';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

async function validate(...files) {
  const { validateAllZeebe } = require('@bpmn-io/element-templates-validator');
  const findings = [];
  for (const file of files) {
    const { results } = validateAllZeebe(JSON.parse(await readFile(file, 'utf8')));
    results.forEach(({ errors }) => (errors ?? []).forEach(({ message }) => findings.push({ file, message })));
  }
  return JSON.stringify(findings);
}

async function choose(diagram, folder, ...choices) {
  const modeler = await open(diagram, folder);
  const elements = modeler.get('elementRegistry');
  const templates = modeler.get('elementTemplates');
  for (const choice of choices) {
    const [element, template] = choice.split('=');
    templates.applyTemplate(elements.get(element), templates.getLatest(template)[0]);
  }
  return (await modeler.saveXML({ format: true })).xml;
}

async function known(diagram, folder) {
  const modeler = await open(diagram, folder);
  const templates = modeler.get('elementTemplates');
  const found = {};
  modeler.get('elementRegistry').forEach((element) => {
    const template = element.businessObject.get('zeebe:modelerTemplate');
    if (template) {
      found[element.id] = {
        version: templates.get(element)?.version ?? null,
        newest: templates.getLatest(template)[0]?.version ?? null,
      };
    }
  });
  return JSON.stringify(found);
}

async function open(diagram, folder) {
  registerHooks({ resolve });
  const { default: Modeler } = await import('bpmn-js-headless/lib/Modeler');
  const { CloudElementTemplatesCoreModule } = await import('bpmn-js-element-templates/core');
  const modeler = new Modeler({
    additionalModules: [CloudElementTemplatesCoreModule, { textRenderer: ['value', WITHOUT_TEXT] }],
    moddleExtensions: { zeebe: require('zeebe-bpmn-moddle/resources/zeebe.json') },
  });
  const { warnings } = await modeler.importXML(await readFile(diagram, 'utf8'));
  if (warnings.length) {
    throw new Error(warnings.map(({ message }) => message).join('\n'));
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const templates = await Promise.all(files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
  modeler.get('elementTemplates').set(templates.flat());
  return modeler;
}

// bpmn-js is written for bundlers, which find a file without its ending.
function resolve(name, context, next) {
  try {
    return next(name, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || name.endsWith('.js')) {
      throw error;
    }
    return next(`${name}.js`, context);
  }
}

// Labels are measured by a browser; where they end does not matter here.
const WITHOUT_TEXT = { getExternalLabelBounds: (bounds) => bounds, getTextAnnotationBounds: (bounds) => bounds };

const [, , command, ...parts] = process.argv;
process.stdout.write(await { validate, choose, known }[command](...parts));
