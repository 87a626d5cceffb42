// Ready settings of the influence explorer, and the way back to how its cell made it. A preset is the layer that the
// cell made with one change, offered where that layer exists and a control shows what is changed.

const settingsOf = (state) => Object.fromEntries(SETTINGS.map((name) => [name, state[name]]));
const onEachAxis = ({ input_size }, value) => input_size.map(() => value);

const RUNNING = { 1: { input_size: [6], kernel_size: [3] }, 2: { input_size: [5, 8], kernel_size: [2, 3] } };
const PLAIN = { channels: 1, filters: 1, groups: 1 };

// From the settings that the cell made, what each preset changes.
const PRESETS = {
  "the running example": (start) => ({
    ...RUNNING[start.input_size.length],
    ...PLAIN,
    stride: onEachAxis(start, 1),
    padding: onEachAxis(start, [0, 0]),
    dilation: onEachAxis(start, 1),
  }),
  "stride 2": (start) => ({ stride: onEachAxis(start, 2) }),
  "same padding": (start) => ({
    stride: onEachAxis(start, 1),
    padding: start.kernel_size.map((kernel, a) => {
      const both = start.dilation[a] * (kernel - 1);
      return [Math.floor(both / 2), Math.ceil(both / 2)];
    }),
  }),
  "dilation 2": (start) => ({ dilation: onEachAxis(start, 2) }),
  depthwise: ({ channels }) => {
    const each = channels > 1 ? channels : 3;
    return { channels: each, filters: each, groups: each };
  },
};

const NAMED = ["the running example", "depthwise"];

// [name, settings] of the presets that are possible from this start with these controls.
export function presetsOf(start, controls) {
  const all = Object.entries(PRESETS).map(([name, change]) => [name, { ...settingsOf(start), ...change(start) }]);
  const shown = (settings) => SETTINGS.every((name) => controls.includes(name) || same(settings[name], start[name]));
  const possible = all.filter(([, settings]) => shown(settings) && !problemOf(settings));
  const others = possible.filter(([, settings]) => !same(settings, settingsOf(start)));
  // the layer that is shown anyway is offered by its name only; and one choice alone is what its control does
  const named = possible.filter(([name, settings]) => NAMED.includes(name) || !same(settings, settingsOf(start)));
  return others.length > 1 ? named : [];
}

function presetsFor(frame) {
  const { controls, _start: start, input_size } = frame.state;
  if (!start || controls.every((name) => name === "view" || name === "form")) return { nodes: [], buttons: [] };
  const button = (words, press) => {
    const made = html("button", { type: "button", "data-preset": words }, words);
    made.addEventListener("click", press);
    return made;
  };
  const possible = start.input_size.length === input_size.length ? presetsOf(start, controls) : [];
  const buttons = possible.map(([words, settings]) => [button(words, () => take(frame, settings)), settings]);
  const reset = button("reset", () => frame.put({ ...start, _b_start: start.b }));
  reset.title = "back to how the cell made it";
  const attributes = { class: "cbp-field cbp-presets", role: "group", "aria-label": "Presets" };
  return { nodes: [html("div", attributes, ...buttons.map(([made]) => made), reset)], buttons };
}

// The layer of a preset, with the values that the cell made; what is chosen stays, as far as it exists.
function take(frame, settings) {
  const { state } = frame;
  const { _start: start } = state;
  const { selected, view, form, muted, show_counts } = state;
  const next = {
    ...Object.fromEntries(ARRAYS.map((name) => [name, start[name]])),
    show_jacobian: start.show_jacobian,
    ...followed({ ...state, ...start, selected, view, form, muted, show_counts }, settings),
  };
  frame.put({ ...next, muted: stillMuted(muted, next.filters), _b_start: next.b });
}

// Which preset is shown.
function fillPresets({ presets, state }) {
  for (const [button, settings] of presets.buttons)
    button.setAttribute("aria-pressed", same(settings, settingsOf(state)));
}
