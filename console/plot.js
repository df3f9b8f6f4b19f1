/** Sizes in the drawing's own units; the page scales it. */
const WIDTH = 360;
const HEIGHT = 132;
const LEFT = 40;
const TOP = 10;
const BOTTOM = 22;
const GAP = 4;
/** Upper ends of the scale; the first one that holds everything is taken. */
const SCALES = [0.05, 0.1, 0.25, 0.5, 1];
/** Claims that all found a member are a line of this height: they came, and nothing was short. */
const FINE_HEIGHT = 2;

const SVG = 'http://www.w3.org/2000/svg';

/** Share of claims that found no idle member; null where nobody claimed. Pure. */
export function shareOf({ warm, waited, refused }) {
  const asked = warm + waited + refused;
  return asked === 0 ? null : (waited + refused) / asked;
}

/** Where bars and the predicted line stand, for `observed` oldest first. Pure. */
export function layoutOf({ observed, predicted }) {
  const shares = observed.map(shareOf);
  const highest = Math.max(predicted, ...shares.map((share) => share ?? 0));
  const top = SCALES.find((scale) => scale >= highest) ?? 1;
  const base = HEIGHT - BOTTOM;
  const heightOf = (share) => ((base - TOP) * share) / top;
  const step = (WIDTH - LEFT) / Math.max(1, observed.length);
  const bars = observed.flatMap((piece, index) => {
    const { warm, waited, refused } = piece;
    const asked = warm + waited + refused;
    if (asked === 0) return [];
    const x = LEFT + index * step + GAP / 2;
    const refusedHeight = heightOf(refused / asked);
    const waitedHeight = heightOf(waited / asked);
    const width = step - GAP;
    if (refused + waited === 0) {
      return [{ kind: 'fine', x, width, y: base - FINE_HEIGHT, height: FINE_HEIGHT }];
    }
    return [
      { kind: 'refused', x, width, y: base - refusedHeight, height: refusedHeight },
      { kind: 'waited', x, width, y: base - refusedHeight - waitedHeight, height: waitedHeight },
    ].filter(({ height }) => height > 0);
  });
  return { top, base, bars, predictedY: base - heightOf(predicted) };
}

/** The plot as an image with `label` for those who do not see it. */
export function drawPlot(stockOut, label) {
  const { top, base, bars, predictedY } = layoutOf(stockOut);
  const svg = shape('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: 'img',
    'aria-label': label,
    class: 'plot',
  });
  svg.append(
    line('grid', TOP),
    line('grid', base),
    ...bars.map(({ kind, ...box }) => shape('rect', { ...box, class: kind })),
    line('predicted', predictedY),
    text(LEFT - 6, TOP + 4, 'end', percent(top)),
    text(LEFT - 6, base + 4, 'end', '0'),
    text(LEFT, HEIGHT - 5, 'start', 'an hour ago'),
    text(WIDTH, HEIGHT - 5, 'end', 'now'),
  );
  return svg;
}

/** A share as people read it. */
export function percent(share) {
  const hundredth = share * 100;
  if (hundredth > 0 && hundredth < 0.1) return '< 0.1 %';
  return `${hundredth.toFixed(hundredth < 10 && hundredth % 1 !== 0 ? 1 : 0)} %`;
}

function line(name, y) {
  return shape('line', { x1: LEFT, x2: WIDTH, y1: y, y2: y, class: name });
}

function text(x, y, anchor, words) {
  const element = shape('text', { x, y, 'text-anchor': anchor });
  element.textContent = words;
  return element;
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
