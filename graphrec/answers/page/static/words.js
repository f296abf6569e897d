// Numbers and the data set's own words, as people read them.

export const number = (value, digits = 1) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const signed = (value, digits = 2) => (value < 0 ? "−" : "+") + number(Math.abs(value), digits);

export function plural(count, word) {
  if (count === 1) return `1 ${word}`;
  const es = /(s|x|z|ch|sh)$/.test(word) ? "es" : "s";
  const many = /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : word + es;
  return `${count.toLocaleString("en")} ${many}`;
}

export const many = (word) => plural(2, word).slice(2);

/** "a movie", "an actor", "a user". */
export const one = (word) => `${/^([aeio]|u(?!s|ni))/i.test(word) ? "an" : "a"} ${word}`;

/** "predicted rating 4.2 of 5", or "chance of a credit 98 %". */
export function target(value, about) {
  if (about.ratings) return `predicted ${about.interaction_name} ${number(value)} of ${about.ratings.maximum}`;
  const percent = value * 100;
  return `chance of ${one(about.interaction_name)} ${number(percent, percent < 10 || percent > 99 ? 1 : 0)} %`;
}

/** The target on its scale, from 0 to 1. */
export function share(value, about) {
  const { minimum = 0, maximum = 1 } = about.ratings ?? {};
  return Math.min(1, Math.max(0, (value - minimum) / (maximum - minimum)));
}

/** A number with the digits it needs: 4, or 3.5. */
export const rating = (value) => value.toLocaleString("en", { maximumFractionDigits: 2 });

/** Side information: "genre: Action, Adventure; year: 1981". */
export const facts = (about) => about.map(({ name, values }) => `${name}: ${values.join(", ")}`).join("; ");

/** A user of the data by their title, or "user 7" where that is the id alone; null is someone new. */
export function nameOf(user, about) {
  if (!user) return "someone new";
  return user.title === user.user ? `${about.user_name} ${user.user}` : user.title;
}
