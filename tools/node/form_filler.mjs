// Fills forms as Tasklist 8.6 does: with form-js itself, in a browser without a screen.
//
// Each line on standard input is a request, each line on standard output its answer, both JSON:
//
//   {"schema": {…}, "variables": {…}, "answers": {…} | null, "now": epoch milliseconds}
//   {"submitted": {…} | null, "problems": [{"field", "label", "problem"}], "fields": […], "text": "…"}
//
// Only what a person could do is done: a field that does not exist, is hidden, or cannot be edited, and an option that
// is not offered, are problems, and so is whatever form-js says when the form is submitted. Without answers the form
// is only shown.
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';

import { loadFormJs, setClock } from './browser.mjs';

console.log = console.info = console.warn = console.debug = console.error;
const { Form, getSchemaVariables } = loadFormJs();

const OPTION_FIELDS = new Set(['radio', 'select', 'checklist', 'taglist']);
const LIST_FIELDS = new Set(['checklist', 'taglist']);
const SUBTYPE_PATTERNS = {
  date: [/^\d{4}-\d{2}-\d{2}$/, 'a date, YYYY-MM-DD'],
  time: [/^\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?$/, 'a time, HH:MM with the offset the field asks for'],
  datetime: [/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?$/, 'a date and time, YYYY-MM-DDTHH:MM with the offset the field asks for'],
};

async function fill({ schema, variables = {}, answers = null, now = null }) {
  setClock(now);
  const container = document.createElement('div');
  document.body.appendChild(container);
  const form = new Form({ container });
  try {
    await form.importSchema(schema, visibleTo(schema, variables));
    await settled(form);
    const screen = new Screen(form);
    if (answers === null) {
      return { submitted: null, problems: [], ...screen.shown(container) };
    }
    const problems = await screen.answer(answers);
    const shown = screen.shown(container);
    if (problems.length) {
      return { submitted: null, problems, ...shown };
    }
    const { data, errors } = form.submit();
    const refused = screen.refusals(errors);
    return { submitted: refused.length ? null : data, problems: refused, ...shown };
  } finally {
    form.destroy();
    container.remove();
  }
}

// Tasklist hands a form only the variables its schema names.
function visibleTo(schema, variables) {
  const named = getSchemaVariables(schema);
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => named.includes(name)),
  );
}

class Screen {
  constructor(form) {
    this.form = form;
    this.registry = form.get('formFieldRegistry');
    this.instances = form.get('formFieldInstanceRegistry');
    this.paths = form.get('pathRegistry');
    this.types = form.get('formFields');
    this.expressions = form.get('expressionLanguage');
    this.conditions = form.get('conditionChecker');
  }

  async answer(answers) {
    const problems = [];
    await this.#addRepetitions(answers, problems);
    let waiting = this.#leaves(answers);
    // An answer may show further fields, so go on until nothing more can be answered.
    for (let progress = true; waiting.length && progress; ) {
      progress = false;
      const later = [];
      for (const { path, value } of waiting) {
        const instance = this.#visible(path);
        if (!instance) {
          later.push({ path, value });
          continue;
        }
        progress = true;
        const field = this.registry.get(instance.id);
        const problem = this.#problemWith(field, instance, value);
        if (problem) {
          problems.push(named(field, path, problem));
        } else {
          this.form._update({ field, fieldInstance: instance, indexes: instance.indexes, value });
          await settled(this.form);
        }
      }
      waiting = later;
    }
    waiting.forEach(({ path }) => problems.push(this.#unanswerable(path)));
    for (const { path } of this.#leaves(answers)) {
      if (!problems.length && !this.#visible(path)) {
        problems.push(this.#unanswerable(path));
      }
    }
    return problems;
  }

  refusals(errors) {
    const refused = [];
    for (const instance of this.instances.getAllKeyed()) {
      const field = this.registry.get(instance.id);
      const found = at(errors, [field.id, ...Object.values(instance.indexes || {})]);
      (Array.isArray(found) ? found : []).forEach((problem) => refused.push(named(field, instance.valuePath, problem)));
    }
    return refused;
  }

  shown(container) {
    const data = this.form._getState().data;
    const fields = this.instances.getAllKeyed().map((instance) => {
      const field = this.registry.get(instance.id);
      const options = OPTION_FIELDS.has(field.type) ? this.#options(field, instance) : undefined;
      return {
        key: instance.valuePath.join('.'), type: field.type, label: labelOf(field), value: at(data, instance.valuePath) ?? null,
        readonly: this.#readonly(field, instance), required: Boolean(field.validate?.required), options,
      };
    });
    return { fields, text: textOf(container) };
  }

  #problemWith(field, instance, value) {
    if (field.type === 'expression') {
      return 'is computed by the form and cannot be filled in';
    }
    if (this.#readonly(field, instance)) {
      return 'can only be read';
    }
    if (value === null) {
      return null;
    }
    if (OPTION_FIELDS.has(field.type)) {
      const values = this.#options(field, instance).map((option) => option.value);
      const chosen = LIST_FIELDS.has(field.type) ? value : [value];
      if (!Array.isArray(chosen)) {
        return `takes a list of options, not ${JSON.stringify(value)}`;
      }
      const absent = chosen.filter((one) => !values.some((offered) => isDeepStrictEqual(offered, one)));
      return absent.length
        ? `does not offer ${absent.map((one) => JSON.stringify(one)).join(', ')}; it offers ${JSON.stringify(values)}`
        : null;
    }
    return wrongType(field, value);
  }

  #readonly(field, instance) {
    if (field.disabled || field.readonly === true) {
      return true;
    }
    return this.expressions.isExpression(field.readonly)
      ? this.conditions.check(field.readonly, contextOf(instance)) === true
      : false;
  }

  #options(field, instance) {
    const { valuesExpression, valuesKey, values } = field;
    let offered = values;
    if (valuesExpression) {
      offered = this.expressions.evaluate(valuesExpression, contextOf(instance));
    } else if (valuesKey) {
      offered = this.form._getState().initialData?.[valuesKey] ?? at(contextOf(instance), [valuesKey]);
    }
    return (Array.isArray(offered) ? offered : [])
      .map((option) => (option !== null && typeof option === 'object' ? { label: option.label ?? option.value, value: option.value }
        : { label: String(option), value: option }));
  }

  #visible(path) {
    return this.instances.getAllKeyed().find((instance) => isDeepStrictEqual(instance.valuePath, path));
  }

  #unanswerable(path) {
    const bare = path.filter((part) => typeof part !== 'number');
    const field = this.#keyedFields().find(({ path: known }) => isDeepStrictEqual(known, bare))?.field;
    if (field) {
      return named(field, path, 'is hidden: nobody could fill it in here');
    }
    const known = this.instances.getAllKeyed().map((instance) => instance.valuePath.join('.'));
    return { field: path.join('.'), label: path.join('.'), problem: `is not a field of this form; it shows ${known.join(', ') || 'no fields'}` };
  }

  #keyedFields() {
    return this.registry.getAll()
      .filter((field) => this.types.get(field.type)?.config.keyed)
      .map((field) => ({ field, path: this.paths.getValuePath(field, {}) ?? [] }));
  }

  #lists() {
    return this.registry.getAll()
      .filter((field) => field.type === 'dynamiclist')
      .map((field) => ({ field, path: this.paths.getValuePath(field, {}) ?? [] }));
  }

  async #addRepetitions(answers, problems) {
    for (const { field, path } of this.#lists()) {
      const rows = at(answers, path) ?? answers[path.join('.')];
      if (!Array.isArray(rows)) {
        continue;
      }
      const present = at(this.form._getState().data, path) ?? [];
      if (present.length !== rows.length && !field.allowAddRemove) {
        problems.push(named(field, path, `has ${present.length} rows, and none can be added or removed`));
        continue;
      }
      const wanted = rows.map((_, index) => present[index] ?? this.form._getInitializedFieldData(
        this.form._getState().data, { container: field, indexes: { [field.id]: index } },
      ));
      this.form._update({ field, fieldInstance: { id: field.id, valuePath: path, indexes: {} }, value: wanted });
      await settled(this.form);
    }
  }

  #leaves(answers) {
    const keyed = this.#keyedFields().map(({ path }) => path.join('.'));
    const lists = this.#lists().map(({ path }) => path.join('.'));
    const leaves = [];
    const descend = (value, path) => {
      const bare = path.filter((part) => typeof part !== 'number').join('.');
      if (!keyed.includes(bare) && Array.isArray(value) && lists.includes(bare)) {
        value.forEach((row, index) => descend(row, [...path, index]));
      } else if (!keyed.includes(bare) && value !== null && typeof value === 'object' && !Array.isArray(value)) {
        Object.entries(value).forEach(([key, inner]) => descend(inner, [...path, ...key.split('.')]));
      } else {
        leaves.push({ path, value });
      }
    };
    descend(answers, []);
    return leaves;
  }
}

function wrongType({ type, subtype, timeSerializingFormat }, value) {
  switch (type) {
    case 'number':
      return typeof value === 'number' ? null : `takes a number, not ${JSON.stringify(value)}`;
    case 'checkbox':
      return typeof value === 'boolean' ? null : `takes true or false, not ${JSON.stringify(value)}`;
    case 'datetime': {
      const [pattern, wanted] = SUBTYPE_PATTERNS[subtype];
      const fits = typeof value === 'string' && pattern.test(value) && serialised(subtype, timeSerializingFormat, value);
      return fits ? null : `takes ${wanted}, not ${JSON.stringify(value)}`;
    }
    case 'textfield':
      return typeof value === 'string' && !/[\r\n]/.test(value) ? null : `takes one line of text, not ${JSON.stringify(value)}`;
    case 'textarea':
      return typeof value === 'string' ? null : `takes text, not ${JSON.stringify(value)}`;
    default:
      return null;
  }
}

function serialised(subtype, format, value) {
  if (subtype === 'date') {
    const day = new Date(`${value}T00:00:00Z`);
    return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
  }
  const endings = { utc_normalized: /Z$/, utc_offset: /(Z|[+-]\d{2}:\d{2})$/, no_timezone: /\d{2}:\d{2}$/ };
  return (endings[format] ?? /./).test(value);
}

function contextOf({ expressionContextInfo }) {
  const { data, ...special } = expressionContextInfo;
  const underscored = Object.fromEntries(Object.entries(special).map(([key, value]) => [`_${key}_`, value]));
  return { ...special, ...data, ...underscored };
}

function named(field, path, problem) {
  return { field: path.join('.'), label: labelOf(field), problem };
}

function labelOf(field) {
  return field.label || field.dateLabel || field.timeLabel || field.key || field.id;
}

function at(data, path) {
  return path.reduce((value, key) => value?.[key], data);
}

function textOf(container) {
  const blocks = new Set(['DIV', 'P', 'LI', 'TR', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'LABEL', 'FORM', 'LEGEND', 'BR', 'TABLE', 'UL', 'OL']);
  const words = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      return node.data;
    }
    if (node.classList?.contains('flatpickr-calendar')) {
      return '';
    }
    const inner = [...node.childNodes].map(words).join('');
    return blocks.has(node.nodeName) ? `\n${inner}\n` : inner;
  };
  return words(container).split('\n').map((line) => line.replace(/\s+/g, ' ').trim()).filter(Boolean).join('\n');
}

// Fields come and go in effects after each rendering: wait until neither they nor the data change any more.
async function settled(form) {
  const state = () => JSON.stringify([
    form._getState().data, form.get('formFieldInstanceRegistry').getAll().map((instance) => instance.instanceId).sort(),
  ]);
  let before = state();
  for (let calm = 0; calm < 4; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const after = state();
    calm = after === before ? calm + 1 : 0;
    before = after;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await fill(JSON.parse(line));
  } catch (error) {
    answer = { failure: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
