"""A few of the papers' words in Arabic and Hindi, for tests of how they are set."""

from __future__ import annotations

from collections.abc import Mapping

from edge.papers.blocks.banner import WHAT_IT_IS
from edge.papers.reader import Reader

ARABIC: Mapping[str, str] = {
    "Report of a cell count": "تقرير عدّ الخلايا",
    "PRELIMINARY – not signed by anyone yet": "أولي – لم يوقّعه أحد بعد",
    "Signed by {name}, {when}": "وقّعه {name}، {when}",
    "Decision support, not a diagnosis.": "دعم للقرار وليس تشخيصًا.",
    WHAT_IT_IS: ("عدّ برنامجٌ الخلايا في الصور. يجب أن ينظر شخص مؤهل إلى اللطاخة قبل أن يتصرف أحد بناءً عليها."),
    "Suspicious": "مشتبه به",
    "Refer to a haematologist": "تحويل إلى اختصاصي أمراض الدم",
    "Blasts among {counted} counted cells": "الأرومات بين {counted} خلية معدودة",
    "95 % interval: {low} to {high} %": "فترة الثقة 95 %: من {low} إلى {high} %",
    "{counted} of {full} cells counted; {provisional} make a provisional count": (
        "عُدّت {counted} من {full} خلية؛ تكفي {provisional} لعدّ مؤقت"
    ),
    "Why": "لماذا",
    "Blasts lie between {low:.0f} and {high:.0f} %, above the limit of {limit:.0f} %.": (
        "تقع الأرومات بين {low:.0f} و {high:.0f} %، فوق الحد {limit:.0f} %."
    ),
    "Show the case to a haematologist.": "اعرض الحالة على اختصاصي أمراض الدم.",
    "Counts by class": "العدّ حسب الصنف",
    "Class": "الصنف",
    "Cells": "الخلايا",
    "Percent": "النسبة المئوية",
    "95 % interval": "فترة 95 %",
    "{low} to {high}": "من {low} إلى {high}",
    "Blast": "أرومة",
    "Lymphocyte": "لمفاوية",
    "Lymphoid cell": "خلية لمفاوية",
    "Monocyte": "وحيدة",
    "Granulocyte": "محببة",
    "Erythroblast": "أرومة حمراء",
    "How it was made": "كيف أُجري",
    "Specimen": "العينة",
    "Marrow aspirate": "رشافة نقي العظم",
    "Model": "النموذج",
    "version {version}": "الإصدار {version}",
    "Control slide": "شريحة الضبط",
    "{slide}: {verdict}, {when}": "{slide}: {verdict}، {when}",
    "within its limits": "ضمن حدودها",
    "The most doubtful cells": "الخلايا الأكثر شكًا",
    "The most typical cells of each class": "الخلايا الأكثر نموذجية من كل صنف",
    "Page {page} of {pages}": "صفحة {page} من {pages}",
}
HINDI: Mapping[str, str] = {
    "Report of a cell count": "कोशिका गणना की रिपोर्ट",
    "PRELIMINARY – not signed by anyone yet": "प्रारंभिक – अभी तक किसी ने हस्ताक्षर नहीं किए",
    "Signed by {name}, {when}": "{name} ने {when} को हस्ताक्षर किए",
    "Decision support, not a diagnosis.": "निर्णय में सहायता, निदान नहीं।",
    "Suspicious": "संदिग्ध",
    "Refer to a haematologist": "रक्त-रोग विशेषज्ञ के पास भेजें",
    "Blasts among {counted} counted cells": "{counted} गिनी गई कोशिकाओं में ब्लास्ट",
    "95 % interval: {low} to {high} %": "95 % अंतराल: {low} से {high} %",
    "{counted} of {full} cells counted; {provisional} make a provisional count": (
        "{full} में से {counted} कोशिकाएँ गिनी गईं; {provisional} से अस्थायी गणना बनती है"
    ),
    "Why": "क्यों",
    "Blasts lie between {low:.0f} and {high:.0f} %, above the limit of {limit:.0f} %.": (
        "ब्लास्ट {low:.0f} और {high:.0f} % के बीच हैं, {limit:.0f} % की सीमा से ऊपर।"
    ),
    "Show the case to a haematologist.": "यह मामला रक्त-रोग विशेषज्ञ को दिखाएँ।",
    "Counts by class": "वर्ग के अनुसार गणना",
    "Class": "वर्ग",
    "Cells": "कोशिकाएँ",
    "Percent": "प्रतिशत",
    "{low} to {high}": "{low} से {high}",
    "Blast": "ब्लास्ट",
    "Lymphocyte": "लिम्फोसाइट",
    "Granulocyte": "ग्रैनुलोसाइट",
    "Erythroblast": "एरिथ्रोब्लास्ट",
    "Specimen": "नमूना",
    "Marrow aspirate": "अस्थि-मज्जा एस्पिरेट",
    "version {version}": "संस्करण {version}",
    "Control slide": "नियंत्रण स्लाइड",
    "within its limits": "अपनी सीमाओं के भीतर",
    "The most doubtful cells": "सबसे संदेहास्पद कोशिकाएँ",
    "Page {page} of {pages}": "पृष्ठ {page} / {pages}",
}
READERS: Mapping[str, Reader] = {
    "en": Reader("en"),
    "ar": Reader("ar", lambda message: ARABIC.get(message, message)),
    "hi": Reader("hi", lambda message: HINDI.get(message, message)),
}
