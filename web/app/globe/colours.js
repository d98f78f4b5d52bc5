// Colours of the globe. Okabe and Ito's palette, which people with any colour vision can tell apart; shapes differ as well.

/** Classes of cells and terminals, by why they are or are not served. */
export const CELL = { served: 0, idle: 1, network: 2, refused: 3, local: 4 };

const LOCAL = new Set(['no_power', 'obstructed', 'rain']);

/**
 * Which class each state of a cell is of.
 * @param {import('../live.js').Outage[]} outages
 */
export function cellClasses(outages) {
  const classes = new Uint8Array(256).fill(CELL.network);
  classes[0] = CELL.served;
  classes[1] = CELL.idle;
  for (const { code, name } of outages) classes[code + 2] = outageClass(name);
  return classes;
}

/** Refusals are in capitals. @param {string | null} name */
export function outageClass(name) {
  if (!name) return CELL.served;
  if (LOCAL.has(name)) return CELL.local;
  return name === name.toUpperCase() ? CELL.refused : CELL.network;
}

/**
 * @typedef {object} Palette
 * @property {string} space
 * @property {string} sea
 * @property {string} land
 * @property {string} night colour of the dark side, over everything
 * @property {number} nightShare
 * @property {string} coast
 * @property {string} border
 * @property {string} rim
 * @property {number} rimShare
 * @property {string} laser
 * @property {number} laserShare
 * @property {string[]} cells by class
 * @property {string[]} satellites by state
 * @property {string} gateway
 * @property {string} pop
 * @property {string} terminal
 * @property {string} refused of territories
 * @property {string} permitted
 * @property {string} lost cells that a what-if loses
 */

/** @type {Record<'dark' | 'light', Palette>} */
export const PALETTES = {
  dark: {
    space: '#0a0d12',
    sea: '#0f1822',
    land: '#2b3947',
    night: '#05080d',
    nightShare: 0.5,
    coast: '#56687a',
    border: '#3a4856',
    rim: '#5d9fd6',
    rimShare: 0.5,
    laser: '#4fb3a5',
    laserShare: 0.13,
    cells: ['#3f9fe0', '#66717c', '#e69f00', '#d55e00', '#cc79a7'],
    satellites: ['#f2f6fa', '#7fa8c9', '#8b7a4e', '#808890', '#ff5a3c'],
    gateway: '#f0e442',
    pop: '#19c795',
    terminal: '#ffffff',
    refused: '#d55e00',
    permitted: '#0a9e73',
    lost: '#ff4f8b',
  },
  light: {
    space: '#eef1f4',
    sea: '#d9e3ec',
    land: '#f8f8f5',
    night: '#5d7084',
    nightShare: 0.34,
    coast: '#8595a3',
    border: '#c3cbd1',
    rim: '#8fb4d6',
    rimShare: 0.5,
    laser: '#0b7a6d',
    laserShare: 0.16,
    cells: ['#0072b2', '#8b949c', '#b87500', '#c24a00', '#a8467c'],
    satellites: ['#16222e', '#4f7896', '#94783a', '#6d757c', '#d22d10'],
    gateway: '#8f6b00',
    pop: '#00694c',
    terminal: '#000000',
    refused: '#c24a00',
    permitted: '#00694c',
    lost: '#c2185b',
  },
};

/** Segments of a path, in the order of its parts: up, lasers, down, fibre, access. The same in bars and on the globe. */
export const PARTS = {
  dark: ['#56b4e9', '#2fc8a6', '#f0e442', '#e69f00', '#b98bd0'],
  light: ['#0072b2', '#00875f', '#8f7300', '#b45f00', '#87489e'],
};
export const PART_NAMES = /** @type {const} */ (['up', 'lasers', 'down', 'fibre', 'access']);
