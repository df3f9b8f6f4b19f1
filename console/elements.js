/**
 * Makes an element. Attributes that are `true` are set bare, `false` are left out, functions listen
 * to the event of that name. Children are elements or text, and text is never markup.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** A state as a coloured word; the word alone says everything. */
export function stateMark(state) {
  return make('span', { class: `state ${state}` }, state.replaceAll('_', ' '));
}

/** An instant in the reader's own time zone; a dash for none. */
export function timeMark(instant) {
  if (instant === null) return make('span', {}, '–');
  const shown = new Date(instant).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return make('time', { datetime: instant }, shown);
}

/** Names with what they are, for a description list. */
export function facts(pairs) {
  const parts = pairs.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]);
  return make('dl', { class: 'facts' }, ...parts);
}

/** A table in a frame of its own that scrolls where the screen is narrow, also by keyboard. */
export function table(caption, head, rows) {
  const headCells = head.map((text) => make('th', { scope: 'col' }, text));
  const body = rows.map((cells) => make('tr', {}, ...cells.map((cell) => make('td', {}, cell))));
  const frame = { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption };
  return make(
    'div',
    frame,
    make(
      'table',
      {},
      make('caption', {}, caption),
      make('thead', {}, make('tr', {}, ...headCells)),
      make('tbody', {}, ...body),
    ),
  );
}

/** Says something at the top of the page, to screen readers as well. */
export function tell(sentence) {
  document.getElementById('news').textContent = sentence;
}

/** Asks before something is done that cannot be undone; true for yes. */
export function confirmed({ title, text, yes, no }) {
  return new Promise((resolve) => {
    const answer = (isYes) => () => {
      dialog.close();
      dialog.remove();
      resolve(isYes);
    };
    const dialog = make(
      'dialog',
      { 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
      make('h2', { id: 'confirm-title' }, title),
      make('p', { id: 'confirm-text' }, text),
      make(
        'p',
        { class: 'tools' },
        make('button', { type: 'button', autofocus: true, click: answer(false) }, no),
        make('button', { type: 'button', class: 'danger', click: answer(true) }, yes),
      ),
    );
    dialog.addEventListener('cancel', answer(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
