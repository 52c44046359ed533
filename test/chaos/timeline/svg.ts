type Attributes = Readonly<Record<string, string | number>>;

/** One element of a picture, as text. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(short(value))}"`);
  const opened = `<${name}${written.join('')}`;
  return children.length === 0 ? `${opened}/>` : `${opened}>${children.join('')}</${name}>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escape(content));
}

/** Many dots in one element: a line of no length has round ends. */
export function dots(at: readonly (readonly [number, number])[], attributes: Attributes): string {
  const path = at.map(([x, y]) => `M${short(x)} ${short(y)}h0`).join('');
  return at.length === 0 ? '' : element('path', { d: path, 'stroke-linecap': 'round', ...attributes });
}

/** Many crosses in one element. */
export function crosses(
  at: readonly (readonly [number, number])[],
  size: number,
  attributes: Attributes,
): string {
  const arm = (x: number, y: number, dy: number) =>
    `M${short(x - size)} ${short(y - dy)}L${short(x + size)} ${short(y + dy)}`;
  const path = at.map(([x, y]) => arm(x, y, size) + arm(x, y, -size)).join('');
  return at.length === 0 ? '' : element('path', { d: path, ...attributes });
}

function short(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}

function escape(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
