// Functions that JavaScript lacks, in double precision. Relative errors against 50 digits, as tested: erf, sigmoid,
// softplus, sinc: 1e-14; erfc, normalCdf, logSigmoid, gamma: 1e-12; loggamma, digamma and trigamma: 1e-12 of the greater
// of 1 and the value. Where there is no value the result is NaN.
const F = (() => {
  const SQRT_PI = 1.772453850905516;
  const SQRT_2PI = 2.5066282746310002;
  const HALF_LOG_2PI = 0.9189385332046727;
  const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];
  const LARGE = 12; // from here on the asymptotic series of the gamma functions hold

  // exp(-x*x), the square taken apart so that its rounding does not show.
  function gauss(x) {
    const high = Math.fround(x);
    return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
  }

  // All terms of the series have one sign: exp(-x^2) times the sum of 2^n x^(2n+1) / (1*3*5*...*(2n+1)).
  function erfNearZero(x) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 120 && Math.abs(term) > 1e-18 * Math.abs(sum); n += 1) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / SQRT_PI) * gauss(x) * sum;
  }

  // The continued fraction of Laplace, from its far end.
  function erfcFar(x) {
    if (x > 28) return 0; // less than any double
    let fraction = x;
    for (let n = 80; n > 0; n -= 1) fraction = x + n / 2 / fraction;
    return gauss(x) / (SQRT_PI * fraction);
  }

  function erf(x) {
    if (Math.abs(x) < 2) return erfNearZero(x);
    return x > 0 ? 1 - erfcFar(x) : x < 0 ? erfcFar(-x) - 1 : NaN;
  }

  function erfc(x) {
    if (x < 0) return 1 + erf(-x);
    return x < 1.5 ? 1 - erfNearZero(x) : erfcFar(x);
  }

  // sin(pi*x) and cos(pi*x): the period is taken off exactly.
  function sinPi(x) {
    let rest = x % 2;
    if (rest > 1) rest -= 2;
    if (rest < -1) rest += 2;
    if (rest > 0.5) rest = 1 - rest;
    if (rest < -0.5) rest = -1 - rest;
    return Math.sin(Math.PI * rest);
  }
  const cosPi = (x) => sinPi((Math.abs(x) % 2) + 0.5);
  const isPole = (x) => x <= 0 && Math.floor(x) === x;

  function stirling(x) {
    let sum = 0;
    for (let k = BERNOULLI.length; k > 0; k -= 1) {
      sum = sum / (x * x) + BERNOULLI[k - 1] / (2 * k * (2 * k - 1));
    }
    return sum / x;
  }

  function gamma(x) {
    if (isPole(x)) return NaN;
    if (x < 0.5) return Math.PI / (sinPi(x) * gamma(1 - x));
    let below = 1;
    for (; x < LARGE; x += 1) below *= x;
    const half = Math.pow(x, x / 2 - 0.25); // in two factors, of which none overflows too early
    return ((SQRT_2PI * half * Math.exp(-x) * half) / below) * Math.exp(stirling(x));
  }

  function loggamma(x) {
    if (isPole(x)) return NaN;
    if (x < 0.5) return Math.log(Math.PI / Math.abs(sinPi(x))) - loggamma(1 - x);
    if (x < LARGE) return Math.log(gamma(x));
    return (x - 0.5) * Math.log(x) - x + HALF_LOG_2PI + stirling(x);
  }

  function digamma(x) {
    if (isPole(x)) return NaN;
    if (x < 0.5) return digamma(1 - x) - (Math.PI * cosPi(x)) / sinPi(x);
    let shift = 0;
    for (; x < LARGE; x += 1) shift += 1 / x;
    let sum = 0;
    for (let k = BERNOULLI.length; k > 0; k -= 1) sum = sum / (x * x) + BERNOULLI[k - 1] / (2 * k);
    return Math.log(x) - 0.5 / x - sum / (x * x) - shift;
  }

  function trigamma(x) {
    if (isPole(x)) return NaN;
    if (x < 0.5) return (Math.PI / sinPi(x)) ** 2 - trigamma(1 - x);
    let shift = 0;
    for (; x < LARGE; x += 1) shift += 1 / (x * x);
    let sum = 0;
    for (let k = BERNOULLI.length; k > 0; k -= 1) sum = sum / (x * x) + BERNOULLI[k - 1];
    return 1 / x + 0.5 / (x * x) + sum / (x * x * x) + shift;
  }

  function sigmoid(x) {
    if (x >= 0) return 1 / (1 + Math.exp(-x));
    const power = Math.exp(x);
    return power / (1 + power);
  }

  const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

  // Ties go to the even neighbour.
  function round(x) {
    const below = Math.floor(x);
    const rest = x - below;
    if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
    return below % 2 === 0 ? below : below + 1;
  }

  // The remainder has the sign of the divisor.
  function mod(a, b) {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  }

  return {
    erf,
    erfc,
    gamma,
    loggamma,
    digamma,
    trigamma,
    sigmoid,
    softplus,
    logSigmoid: (x) => -softplus(-x),
    normalCdf: (x) => erfc(-x / Math.SQRT2) / 2,
    sinc: (x) => (x === 0 ? 1 : Math.sin(x) / x),
    round,
    mod,
  };
})();
