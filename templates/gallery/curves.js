// Functions as polylines: finer where they bend, broken where they jump or have no value.
const Curves = (() => {
  const LEVELS = 6; // how often a cell may be halved
  const MOST_POINTS = 900;
  const HALVINGS = 44;
  const MOST = 1e300; // what is greater is not drawn: differences of what is drawn must be numbers too

  // The heights that a picture shows: of all values, unless a few tower over the others, as beside a pole.
  function extent(values) {
    const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
    if (!finite.length) return null;
    const cut = Math.floor(finite.length / 20);
    const [low, high] = [finite[cut], finite[finite.length - 1 - cut]];
    const [least, most] = [finite[0], finite[finite.length - 1]];
    const room = (high - low) * 4;
    if (room === 0) return [least, most];
    return [low - least <= room ? least : low - room / 4, most - high <= room ? most : high + room / 4];
  }

  function sample(f, low, high, cells, also = []) {
    const at = (x) => {
      const y = f(x);
      return [x, Math.abs(y) <= MOST ? y : NaN];
    };
    const places = also.filter((x) => x > low && x < high);
    for (let i = 0; i <= cells; i += 1) places.push(low + ((high - low) * i) / cells);
    places.sort((a, b) => a - b);
    let points = places.map(at);
    const [bottom, top] = extent(points.map((p) => p[1])) ?? [0, 0];
    const height = top - bottom || 1;
    points = refined(at, points, height, bottom, top);
    return lines(at, points, height);
  }

  function refined(at, points, height, bottom, top) {
    const added = [];
    let pairs = points.slice(1).map((p, i) => [points[i], p]);
    for (let level = 0; level < LEVELS; level += 1) {
      const finer = [];
      for (const [a, b] of pairs) {
        const inSight = Math.min(a[1], b[1]) <= top + height && Math.max(a[1], b[1]) >= bottom - height;
        if (!inSight || points.length + added.length > MOST_POINTS) continue;
        const middle = at((a[0] + b[0]) / 2);
        if (Math.abs(middle[1] - (a[1] + b[1]) / 2) > height / 600) {
          added.push(middle);
          finer.push([a, middle], [middle, b]);
        }
      }
      pairs = finer;
    }
    return points.concat(added).sort((a, b) => a[0] - b[0]);
  }

  function lines(at, points, height) {
    const found = [];
    let line = [];
    points.forEach((here, i) => {
      if (!Number.isNaN(here[1])) line.push(here);
      const there = points[i + 1];
      const gap = there && gapBetween(at, here, there, height);
      if (!gap) return;
      if (!Number.isNaN(gap[0][1])) line.push(gap[0]);
      if (line.length) found.push(line);
      line = Number.isNaN(gap[1][1]) ? [] : [gap[1]];
    });
    if (line.length) found.push(line);
    return found;
  }

  // Both sides of a jump, or of the end of where there are values; null where the curve goes on.
  function gapBetween(at, here, there, height) {
    const before = Number.isNaN(here[1]);
    const after = Number.isNaN(there[1]);
    if (before && after) return [here, there];
    const step = Math.abs(there[1] - here[1]);
    if (!before && !after && step <= height / 50) return null;
    let [left, right] = [here, there];
    for (let i = 0; i < HALVINGS; i += 1) {
      const middle = at((left[0] + right[0]) / 2);
      if (before || after) {
        if (Number.isNaN(middle[1]) === before) left = middle;
        else right = middle;
      } else if (Math.abs(middle[1] - left[1]) > Math.abs(right[1] - middle[1])) right = middle;
      else left = middle;
    }
    return before || after || Math.abs(right[1] - left[1]) > step / 2 ? [left, right] : null;
  }

  // Where a function changes its sign: kinks and jumps, given what is 0 there.
  function zeros(f, low, high, cells = 240) {
    const found = [];
    const width = (high - low) / cells;
    let before = f(low);
    if (before === 0) found.push(low);
    for (let i = 1; i <= cells; i += 1) {
      const x = low + width * i;
      const value = f(x);
      if (value === 0) found.push(x);
      else if (before * value < 0) {
        let [a, b, least] = [x - width, x, Infinity];
        for (let k = 0; k < 52; k += 1) {
          const middle = (a + b) / 2;
          const there = f(middle);
          least = Math.min(least, Math.abs(there));
          if (there * before < 0) b = middle;
          else a = middle;
        }
        if (least < 1e-6) found.push((a + b) / 2);
      }
      before = value;
    }
    return found;
  }

  // Multiples of 1, 2 or 5 times a power of ten, at most so many.
  function ticks(low, high, most) {
    if (!(low < high) || !Number.isFinite(high - low)) return [];
    const power = 10 ** Math.floor(Math.log10((high - low) / most));
    const step = [1, 2, 5, 10].map((s) => s * power).find((s) => (high - low) / s <= most);
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(k * step);
    return found;
  }

  function number(value, digits = 5) {
    if (!Number.isFinite(value)) return "–";
    if (value === 0) return "0";
    const size = Math.abs(value);
    const text = size >= 1e6 || size < 1e-4 ? value.toExponential(digits - 1) : value.toPrecision(digits);
    return text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "").replace("e+", "e").replaceAll("-", "−");
  }

  return { extent, sample, zeros, ticks, number };
})();
