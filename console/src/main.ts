import "./app/console.js";
