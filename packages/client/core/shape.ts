/**
 * Checks of what came from outside, written by hand because a schema library would weigh as much as all of the
 * signaling. Tests compare each use with a schema.
 */
export type Check = (value: unknown) => boolean;

/** A string of so many UTF-16 code units. */
export const text =
  (most = Number.POSITIVE_INFINITY, least = 0): Check =>
  (value) =>
    typeof value === "string" && value.length >= least && value.length <= most;
export const match =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
/** A whole number. */
export const count =
  (least = 0, most = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
export const list =
  (item: Check, most = Number.POSITIVE_INFINITY): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(item);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
/** An object with so many fields of any names. */
export const record =
  (name: Check, field: Check, most = Number.POSITIVE_INFINITY): Check =>
  (value) => {
    const all = isObject(value) ? Object.entries(value) : undefined;
    return all !== undefined && all.length <= most && all.every(([key, held]) => name(key) && field(held));
  };
/** An object. Fields whose name ends in `_` may be missing; fields that are not named are left alone. */
export const shape = (fields: Readonly<Record<string, Check>>): Check => {
  const checks = Object.entries(fields).map(
    ([name, check]) => [name.replace("_", ""), name.endsWith("_"), check] as const,
  );
  return (value) =>
    isObject(value) &&
    checks.every(([name, isOptional, check]) =>
      Object.hasOwn(value, name) ? check(value[name]) : isOptional,
    );
};
/** One of several shapes, told apart by `type`. */
export const variant =
  (shapes: Readonly<Record<string, Check>>): Check =>
  (value) => {
    const type = isObject(value) ? value["type"] : undefined;
    return typeof type === "string" && Object.hasOwn(shapes, type) && (shapes[type] as Check)(value);
  };
