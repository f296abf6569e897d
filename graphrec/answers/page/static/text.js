// Lines of text in a drawing, which wraps nothing by itself.

const FONT = "600 13px system-ui, sans-serif"; // the widest of the figures' texts

const context = document.createElement("canvas").getContext("2d");
context.font = FONT;

/** In pixels. */
export const widthOf = (text) => context.measureText(text).width;

/** At most `most` lines of at most `room` pixels; the last ends in … where there is more. */
export function wrap(text, room, most) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (widthOf(longer) <= room || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const shown = lines.slice(0, most);
  const rest = lines.length > most;
  return shown.map((line, place) => shortened(line, room, rest && place === most - 1));
}

function shortened(line, room, more) {
  if (widthOf(line) <= room && !more) return line;
  let end = line.length;
  while (end > 1 && widthOf(`${line.slice(0, end)}…`) > room) end -= 1;
  return `${line.slice(0, end).trimEnd()}…`;
}
