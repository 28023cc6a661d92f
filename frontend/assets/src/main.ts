/** What every page gets: the style, htmx, and small behaviours that only make easier what already works. */
import "./styles/main.css";
import "./htmx";
import { bindCopy } from "./behaviours/copy";
import { bindDialogs } from "./behaviours/dialogs";
import { bindMaps } from "./behaviours/maps";
import { bindSearching } from "./behaviours/searching";
import { bindShare } from "./behaviours/share";
import { bindSteppers } from "./behaviours/steppers";
import { bindSubmitOnChange } from "./behaviours/submit";
import { bindSuggestions } from "./behaviours/suggestions";
import { bindToasts } from "./behaviours/toasts";

bindSteppers();
bindDialogs();
bindCopy();
bindShare();
bindMaps();
bindSubmitOnChange();
bindSuggestions();
bindSearching();
bindToasts();
