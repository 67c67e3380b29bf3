/**
 * What JSON alone cannot tell of a payload: which texts are binary data, and which numbers have 64 bits.
 *
 * The bindings say it by paths. A path is the names from the whole payload inwards: `picture.pixels`; `[]` stands for
 * each element of an array, `[1]` for one of them, `{}` for each value of a map: `pages[].pictures{}`. The empty path
 * is the payload itself. A `.`, `[`, `{` or `\` in a name stands behind a `\`.
 */
export interface Paths {
  /** A `Uint8Array`, which travels as an attachment. */
  readonly binary?: readonly string[];
  /** An integer that is a `number`: within ±(2⁵³ − 1), which is checked in both directions. */
  readonly integer?: readonly string[];
  /** An integer that is a `bigint`, and exact. */
  readonly bigint?: readonly string[];
  /** What types that contain themselves, or are shared, have at these paths. */
  readonly nested?: { readonly [path: string]: () => Paths };
  /** What an object has beside that, by the value of one of its members: an enum with a tag. */
  readonly tagged?: { readonly tag: string; readonly cases: { readonly [value: string]: Paths } };
}

/** What the bindings tell of one channel. Whatever is left out has neither binary data nor 64-bit integers. */
export interface ChannelShape {
  /** The argument of a call or a notification. */
  readonly request?: Paths;
  /** What a call answers. */
  readonly response?: Paths;
  /** Each item of a stream that answers. */
  readonly item?: Paths;
  /** Each item of a stream that goes beside the request. */
  readonly upload?: Paths;
  /** The details of an error. */
  readonly details?: Paths;
  /** Each event. */
  readonly event?: Paths;
  /** The call may be sent once more when the connection was lost before its answer. */
  readonly idempotent?: boolean;
}

export type Leaf = "binary" | "integer" | "bigint";

/** Paths as a tree. */
export interface Shape {
  leaf?: Leaf;
  readonly inner: Map<string, Shape>;
  readonly linked: (() => Shape)[];
  tagged?: { readonly tag: string; readonly cases: Map<string, Shape> };
}

const compiled = new WeakMap<Paths, Shape>();

/** The tree of paths; each is made once. */
export function shapeOf(paths: Paths | undefined): Shape | undefined {
  if (!paths) return;
  const known = compiled.get(paths);
  if (known) return known;
  const shape: Shape = { inner: new Map(), linked: [] };
  compiled.set(paths, shape);
  for (const leaf of ["binary", "integer", "bigint"] as const) {
    for (const path of paths[leaf] ?? []) at(shape, path).leaf = leaf;
  }
  for (const [path, of] of Object.entries(paths.nested ?? {}))
    at(shape, path).linked.push(() => shapeOf(of()) as Shape);
  if (paths.tagged) {
    const { tag, cases } = paths.tagged;
    shape.tagged = { tag, cases: new Map(Object.entries(cases).map(([value, of]) => [value, shapeOf(of) as Shape])) };
  }
  return shape;
}

function at(shape: Shape, path: string): Shape {
  // Names keep a `.` in front, so that a member called `[]` is none.
  for (const [step, name] of path.matchAll(/\[\d*\]|\{\}|\.?((?:\\.|[^.[{\\])+)/gs)) {
    const key = name === undefined ? step : "." + name.replace(/\\(.)/gs, "$1");
    let next = shape.inner.get(key);
    if (!next) shape.inner.set(key, (next = { inner: new Map(), linked: [] }));
    shape = next;
  }
  return shape;
}

/** All that the shapes say of one value: most often that is one shape, or none. */
export type Shapes = readonly Shape[];

export function resolve(shapes: Shapes, value: unknown): Shapes {
  if (!shapes.some((shape) => shape.tagged || shape.linked.length)) return shapes;
  const all: Shape[] = [];
  const add = (shape: Shape): void => {
    if (all.includes(shape)) return;
    all.push(shape);
    for (const linked of shape.linked) add(linked());
    const { tagged } = shape;
    const tag = tagged && value && (value as Record<string, unknown>)[tagged.tag];
    const chosen = typeof tag === "string" && tagged?.cases.get(tag);
    if (chosen) add(chosen);
  };
  shapes.forEach(add);
  return all;
}

export function inner(shapes: Shapes, ...keys: string[]): Shapes {
  if (!shapes.length) return shapes;
  return shapes.flatMap((shape) => keys.flatMap((key) => shape.inner.get(key) ?? []));
}

export const leafOf = (shapes: Shapes): Leaf | undefined => shapes.find((shape) => shape.leaf)?.leaf;
