// The short names of the emoji that notifications use. Others are shown as they were written, `:like_this:`.

const names = {
  "+1": "👍", "-1": "👎", alarm_clock: "⏰", alert: "🚨", arrow_down: "⬇️", arrow_forward: "▶️", arrow_left: "⬅️",
  arrow_right: "➡️", arrow_up: "⬆️", arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️", bangbang: "‼️",
  bar_chart: "📊", beer: "🍺", beetle: "🪲", bell: "🔔", bellhop_bell: "🛎️", black_circle: "⚫", blue_circle: "🔵", bomb: "💣",
  book: "📖", bookmark: "🔖", books: "📚", boom: "💥", broom: "🧹", brown_circle: "🟤", bug: "🐛", bulb: "💡", calendar: "📆",
  chart_with_downwards_trend: "📉", chart_with_upwards_trend: "📈", clap: "👏", clipboard: "📋", clock1: "🕐", closed_lock_with_key: "🔐",
  cloud: "☁️", construction: "🚧", credit_card: "💳", cry: "😢", date: "📅", dollar: "💵", double_vertical_bar: "⏸️",
  email: "✉️", envelope: "✉️", exclamation: "❗", eyes: "👀", fast_forward: "⏩", file_folder: "📁", fire: "🔥", fire_engine: "🚒",
  gear: "⚙️", ghost: "👻", gift: "🎁", globe_with_meridians: "🌐", grey_exclamation: "❕", grey_question: "❔", green_heart: "💚",
  green_circle: "🟢", hammer: "🔨", hammer_and_wrench: "🛠️", heart: "❤️", heavy_check_mark: "✔️", heavy_exclamation_mark: "❗",
  heavy_minus_sign: "➖", heavy_multiplication_x: "✖️", heavy_plus_sign: "➕", hourglass: "⌛", hourglass_flowing_sand: "⏳",
  inbox_tray: "📥", information_source: "ℹ️", key: "🔑", label: "🏷️", large_blue_circle: "🔵", large_green_circle: "🟢", large_orange_circle: "🟠",
  large_purple_circle: "🟣", large_red_square: "🟥", large_yellow_circle: "🟡", link: "🔗", lock: "🔒", loudspeaker: "📢", mag: "🔍", mega: "📣",
  memo: "📝", minidisc: "💽", moneybag: "💰", moon: "🌔", mute: "🔇", no_bell: "🔕", no_entry: "⛔", no_entry_sign: "🚫",
  octagonal_sign: "🛑", ok: "🆗", ok_hand: "👌", orange_circle: "🟠", outbox_tray: "📤", package: "📦", page_facing_up: "📄",
  paperclip: "📎", party_popper: "🎉", pencil: "📝", pencil2: "✏️", point_down: "👇", point_right: "👉", point_up: "☝️",
  police_car: "🚓", pray: "🙏", pushpin: "📌", question: "❓", rainbow: "🌈", raised_hands: "🙌", receipt: "🧾", recycle: "♻️",
  red_circle: "🔴", repeat: "🔁", robot_face: "🤖", rocket: "🚀", rotating_light: "🚨", round_pushpin: "📍", satellite: "🛰️", scroll: "📜",
  shield: "🛡️", ship: "🚢", skull: "💀", sleeping: "😴", slightly_smiling_face: "🙂", smile: "😄", snowflake: "❄️", sos: "🆘",
  sparkles: "✨", speech_balloon: "💬", star: "⭐", stop_sign: "🛑", stopwatch: "⏱️", sunny: "☀️", tada: "🎉", thinking_face: "🤔",
  thread: "🧵", thumbsdown: "👎", thumbsup: "👍", timer_clock: "⏲️", toolbox: "🧰", triangular_flag_on_post: "🚩", turtle: "🐢", unlock: "🔓",
  wastebasket: "🗑️", warning: "⚠️", wave: "👋", white_check_mark: "✅", white_circle: "⚪", white_large_square: "⬜", wrench: "🔧",
  x: "❌", yellow_circle: "🟡", large_yellow_square: "🟨", zap: "⚡", zzz: "💤",
};

/** The emoji of a short name (without colons), or null. */
export const emoji = (name) => (Object.hasOwn(names, name) ? names[name] : null);
