// A line chart of several series over epochs.
import { drawToWidth, h, svg } from "./dom.js";

const HEIGHT = 300;
const MARGIN = { left: 46, right: 10, top: 8, bottom: 34 };

/** An element with series {name, epochs, values, best, style} drawn as wide as it is. */
export function chart(series) {
  const element = h("div", { class: "chart" });
  drawToWidth(element, (width) => element.replaceChildren(draw(series, width)));
  return element;
}

function draw(series, width) {
  const values = series.flatMap((each) => each.values);
  const x = scale([1, Math.max(...series.flatMap((each) => each.epochs), 2)], [MARGIN.left, width - MARGIN.right]);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const ticks = ticksOf(low, high === low ? low + 1 : high, 5);
  const y = scale([Math.min(low, ticks[0]), Math.max(high, ticks.at(-1))], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const epochs = ticksOf(1, Math.max(...series.flatMap((each) => each.epochs), 2), width < 420 ? 4 : 7).filter(
    (epoch) => Number.isInteger(epoch) && epoch >= 1,
  );
  const digits = Math.max(0, -Math.floor(Math.log10(ticks[1] - ticks[0])));
  const names = series.map(({ name, values: own }) => `${name} from ${own[0].toFixed(3)} to ${own.at(-1).toFixed(3)}`);
  return svg(
    "svg",
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": names.join("; ") },
    ticks.map((tick) =>
      svg(
        "g",
        { class: "tick" },
        svg("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(tick), y2: y(tick) }),
        svg("text", { x: MARGIN.left - 8, y: y(tick) + 4, "text-anchor": "end" }, tick.toFixed(digits)),
      ),
    ),
    epochs.map((epoch) => svg("g", { class: "tick" }, svg("text", { x: x(epoch), y: HEIGHT - 14, "text-anchor": "middle" }, String(epoch)))),
    svg("g", { class: "tick" }, svg("text", { x: width - MARGIN.right, y: HEIGHT - 1, "text-anchor": "end" }, "epoch")),
    series.map((each) => curve(each, x, y)),
  );
}

function curve({ name, epochs, values, best, style }, x, y) {
  const path = values.map((value, place) => `${place ? "L" : "M"}${x(epochs[place]).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const chosen = epochs.indexOf(best);
  return svg(
    "g",
    { class: style },
    svg("title", {}, name),
    svg("path", { d: path }),
    chosen >= 0 && svg("circle", { cx: x(best), cy: y(values[chosen]), r: 3.5 }),
  );
}

const scale = ([low, high], [start, end]) => (value) => start + ((value - low) / (high - low)) * (end - start);

/** Round numbers from at or below `low` to at or above `high`, about `count` of them. */
function ticksOf(low, high, count) {
  const rough = (high - low) / (count - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((each) => each * power >= rough);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}
