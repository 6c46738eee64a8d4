/** The emoji offered beside the message: few, and the ones people use most. Any other can be typed. */
export const emoji: readonly string[] =
  "😀 😂 🙂 😉 😊 😍 😘 😎 🤔 🙄 😴 😢 😭 😡 😱 🤯 🥳 🤝 👍 👎 👏 🙏 👋 💪 👀 🔥 ✨ 🎉 ❤️ 💚 ✅ ❌ ❓ ❗ ☕ 🍰 🌞 🌧️ 🚀 🐌".split(
    " ",
  );
