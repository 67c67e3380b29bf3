/**
 * What JSON alone cannot tell of a payload: which texts are binary data, and which numbers have 64 bits.
 *
 * The bindings say it by paths. A path is the names from the whole payload inwards: `picture.pixels`; `[]` stands for
 * each element of an array, `[1]` for one of them, `{}` for each value of a map: `pages[].pictures{}`. Of a member that
 * has a path of its own, and of an element that has, nothing else holds. The empty path is the payload itself. A `.`, `[`, `{` or `\` in a name stands behind a `\`.
 */
export interface Paths {
  /** A `Uint8Array`, which travels as an attachment. */
  readonly binary?: readonly string[];
  /** An integer that is a `number`: within ±(2⁵³ − 1), which is checked in both directions. */
  readonly integer?: readonly string[];
  /** An integer that is a `bigint`, and exact. */
  readonly bigint?: readonly string[];
  /** Nothing, where other members of the same map, or other elements, have something. */
  readonly plain?: readonly string[];
  /** What types that contain themselves, or are shared, have at these paths. */
  readonly nested?: { readonly [path: string]: (() => Paths) | readonly (() => Paths)[] };
  /**
   * What enums without a tag have at these paths. One of these, or none, is what stands there: so a value that is none of
   * what the paths say is left as it is. A number that is rounded is still refused.
   */
  readonly either?: { readonly [path: string]: readonly (() => Paths)[] };
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
  /** The key that a subscriber may ask for. */
  readonly key?: Paths;
  /** The call may be sent once more when the connection was lost before its answer. */
  readonly idempotent?: boolean;
}

export type Leaf = "binary" | "integer" | "bigint";

/** What is said of the key that a subscriber asks for. */
export const ofKey = (key: Paths | undefined): Paths | undefined => key && { nested: { key: () => key } };

/** Paths as a tree. */
export interface Shape {
  leaf?: Leaf;
  readonly inner: Map<string, Shape>;
  readonly linked: (() => Shape)[];
  /** Those of which nobody knows whether they hold. */
  readonly either: (() => Shape)[];
  tagged?: { readonly tag: string; readonly cases: Map<string, Shape> };
}

export const blank = (): Shape => ({ inner: new Map(), linked: [], either: [] });

/** Stands among the shapes of a value that may be something else, and of all that is in it. */
export const LOOSE: Shape = blank();

const compiled = new WeakMap<Paths, Shape>();

/** The tree of paths; each is made once. */
export function shapeOf(paths: Paths | undefined): Shape | undefined {
  if (!paths) return;
  const known = compiled.get(paths);
  if (known) return known;
  const shape = blank();
  compiled.set(paths, shape);
  for (const leaf of ["binary", "integer", "bigint"] as const) {
    for (const path of paths[leaf] ?? []) at(shape, path).leaf = leaf;
  }
  for (const path of paths.plain ?? []) at(shape, path);
  for (const of of ["nested", "either"] as const) {
    for (const [path, links] of Object.entries(paths[of] ?? {})) {
      const thunks = [links].flat() as (() => Paths)[];
      at(shape, path)[of === "nested" ? "linked" : "either"].push(...thunks.map((of) => () => shapeOf(of()) as Shape));
    }
  }
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
    if (!next) shape.inner.set(key, (next = blank()));
    shape = next;
  }
  return shape;
}

/** All that the shapes say of one value: most often that is one shape, or none. */
export type Shapes = readonly Shape[];

export function resolve(shapes: Shapes, value: unknown): Shapes {
  if (!shapes.some((shape) => shape.tagged || shape.linked.length || shape.either.length)) return shapes;
  const all: Shape[] = [];
  const add = (shape: Shape): void => {
    if (all.includes(shape)) return;
    all.push(shape);
    for (const linked of shape.linked) add(linked());
    if (shape.either.length) add(LOOSE);
    for (const one of shape.either) add(one());
    const { tagged } = shape;
    const tag = tagged && value && (value as Record<string, unknown>)[tagged.tag];
    const chosen = typeof tag === "string" && tagged?.cases.get(tag);
    if (chosen) add(chosen);
  };
  shapes.forEach(add);
  return all;
}

/** What the shapes say of what is inside: of the `one`, where one says it, or else of `all`. */
export function inner(shapes: Shapes, one: string, all: string): Shapes {
  if (!shapes.length) return shapes;
  const found = shapes.flatMap((shape) => shape.inner.get(one) ?? shape.inner.get(all) ?? []);
  return found.length && shapes.includes(LOOSE) ? [...found, LOOSE] : found;
}

export const leafOf = (shapes: Shapes): Leaf | undefined => shapes.find((shape) => shape.leaf)?.leaf;
