// The little of a browser that form-js needs, so that it runs here unchanged.
import { createRequire } from 'node:module';

import { JSDOM } from 'jsdom';

const WINDOW_GLOBALS = [
  'document', 'Document', 'DocumentFragment', 'Element', 'HTMLElement', 'HTMLFormElement', 'HTMLInputElement',
  'HTMLTemplateElement', 'SVGElement', 'Node', 'NodeFilter', 'NamedNodeMap', 'Text', 'Event', 'CustomEvent', 'FocusEvent',
  'KeyboardEvent', 'MouseEvent', 'MutationObserver', 'DOMParser', 'getComputedStyle',
];

const require = createRequire(import.meta.url);

// form-js, loaded once the browser it expects is there.
export function loadFormJs() {
  openBrowser();
  // Its modules for import name files Node does not find; those for require work.
  return require('@bpmn-io/form-js-viewer');
}

function openBrowser() {
  const { window } = new JSDOM('<!doctype html><body></body>');
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  define('window', window);
  WINDOW_GLOBALS.forEach((name) => define(name, window[name]));
  // Nothing is painted, so the next frame is now.
  define('requestAnimationFrame', (callback) => setImmediate(callback));
  define('cancelAnimationFrame', (handle) => clearImmediate(handle));
  define('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} });
  window.HTMLElement.prototype.scrollIntoView = () => {};

  const fromViewer = createRequire(require.resolve('@bpmn-io/form-js-viewer'));
  fromViewer('preact').options.requestAnimationFrame = (callback) => setImmediate(callback);
}

const RealDate = Date;
let ahead = 0;

// Forms ask the browser for today; a story moves it together with the engine's clock.
export function setClock(milliseconds) {
  ahead = milliseconds === undefined || milliseconds === null ? 0 : milliseconds - RealDate.now();
  globalThis.Date = MovedDate;
}

class MovedDate extends RealDate {
  constructor(...parts) {
    if (parts.length) {
      super(...parts);
    } else {
      super(RealDate.now() + ahead);
    }
  }

  static now() {
    return RealDate.now() + ahead;
  }
}
