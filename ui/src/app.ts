import './app.css'; export {}
