/** Objects with the same entries are the same, in whatever order. */
const sorted = (value) => {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]);
};

/** Whether two values say the same. */
export const same = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
