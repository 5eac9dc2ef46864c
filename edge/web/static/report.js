// The report's one button, for those who can print from here.

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
