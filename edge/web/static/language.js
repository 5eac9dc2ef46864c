// Choosing a language is going there.

const choice = document.getElementById("lang");
choice?.addEventListener("change", () => choice.form.submit());
