/** The gate: scanning, checking without signal, and selling at the door. */
import "../styles/pages/gate.css";
