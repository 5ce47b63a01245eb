interface Parts {
  units: bigint;
  places: number;
}

function partsOf(text: string): Parts | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = "0", fraction = ""] = match;
  const units = BigInt(whole + fraction);
  return { units: sign === "-" ? -units : units, places: fraction.length };
}

const scaled = ({ units, places }: Parts, to: number): bigint => units * 10n ** BigInt(to - places);

/** `one - other`, to the last place, as decimal text; absent where one of them is no decimal text. */
export function decimalDifference(one: string, other: string): string | undefined {
  const [left, right] = [partsOf(one), partsOf(other)];
  if (!left || !right) return undefined;
  const places = Math.max(left.places, right.places);
  const units = scaled(left, places) - scaled(right, places);
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  return `${units < 0n ? "-" : ""}${whole}${places > 0 ? `.${digits.slice(-places)}` : ""}`;
}
