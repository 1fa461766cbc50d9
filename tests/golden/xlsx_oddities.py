"""Writes xlsx/NAME.xlsx, a small spreadsheet for each oddity that real ones have, and xlsx_oddities_golden.h with the rows that pandas reads there.

    cd tests/golden && python xlsx_oddities.py > xlsx_oddities_golden.h        (openpyxl, pandas)

All parts are written by hand, since no library writes most of this. pandas is asked for texts (dtype=str) and not to take words like "NA" for blanks.
"""
import io
import warnings
import zipfile

import openpyxl
import pandas

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c><c r="B1" t="inlineStr"><is><t>label</t></is></c></row>'

# styles 0..9: general, date, date and time, time, own date, own text with letters in quotes, [h]:mm, [Red] number, m"월" d"일", 0.00
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="4"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="0.0&quot;days&quot;"/><numFmt numFmtId="166" formatCode="[Red]0.00"/>
<numFmt numFmtId="167" formatCode="m&quot;월&quot; d&quot;일&quot;"/></numFmts>
<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="14" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="10">{"".join(f'<xf numFmtId="{i}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for i in (0, 14, 22, 21, 164, 165, 46, 166, 167, 2))}</cellXfs>
</styleSheet>"""

cases = []  # (name, sheet as pandas has it, sheet as --sheet has it)


class Unseekable(io.RawIOBase):
    """A file that can only grow: zipfile then writes sizes behind the data, in data descriptors."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def book(name, sheets, strings=None, styles=STYLES, workbook_options="", method=zipfile.ZIP_DEFLATED, stream=False, begin=XML,
         absolute=False, asked=None):
    """sheets: {name: the sheet's XML}; strings: the XML within <sst>; asked: [(pandas' sheet, --sheet)], else the first."""
    parts = {"[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
             '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
             f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}sheet.main+xml"/>',
             "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
             f'Target="xl/workbook.xml"/></Relationships>'}
    relations, listed = "", ""
    for i, (title, xml) in enumerate(sheets.items(), 1):
        part = f"worksheets/sheet{i}.xml"
        parts[f"xl/{part}"] = xml
        relations += f'<Relationship Id="r{i}" Type="{OFFICE}/worksheet" Target="{"/xl/" if absolute else ""}{part}"/>'
        listed += f'<sheet name="{title}" sheetId="{i + 4}" r:id="r{i}"/>'
        parts["[Content_Types].xml"] += f'<Override PartName="/xl/{part}" ContentType="{TYPE}worksheet+xml"/>'
    for part, kind, xml in [("texts.xml", "sharedStrings", strings and f'<sst xmlns="{MAIN}">{strings}</sst>'), ("styles.xml", "styles", styles)]:
        if xml:
            parts[f"xl/{part}"] = xml
            relations += f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{part}"/>'
            parts["[Content_Types].xml"] += f'<Override PartName="/xl/{part}" ContentType="{TYPE}{kind}+xml"/>'
    parts["[Content_Types].xml"] += "</Types>"
    parts["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook_options}<sheets>{listed}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
    with open(f"xlsx/{name}.xlsx", "wb") as file, zipfile.ZipFile(Unseekable(file) if stream else file, "w", method) as archive:
        for part, xml in parts.items():
            info = zipfile.ZipInfo(part, (2020, 1, 1, 0, 0, 0))
            info.compress_type = method
            archive.writestr(info, (begin + xml).encode() if not isinstance(xml, bytes) else xml)
    cases.extend((name, theirs, ours) for theirs, ours in asked or [(0, None)])


def sheet(rows, before="", after=""):
    return f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def one(name, rows, **options):
    book(name, {"Sheet1": sheet(HEAD + rows, options.pop("before", ""), options.pop("after", ""))}, **options)


def pairs(*values):
    """Rows 2, 3 … of two cells each, given as "attributes|value" (or "|value")."""
    out = ""
    for i in range(0, len(values), 2):
        row = 2 + i // 2
        out += f'<row r="{row}">'
        for column, cell in zip("AB", values[i:i + 2]):
            attributes, _, value = cell.partition("|")
            out += f'<c r="{column}{row}" {attributes}><v>{value}</v></c>' if value else f'<c r="{column}{row}" {attributes}/>'
        out += "</row>"
    return out


def texts(*indices):
    return pairs(*(f't="s"|{i}' for i in indices))


def inline(*values):
    return "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in values)


def make():
    plain = "<si><t>합격했어요!</t></si><si><t>행복</t></si><si><t>비가 온다</t></si><si><t>중립</t></si>"
    # the archive
    one("parts-stored", texts(0, 1, 2, 3), strings=plain, method=zipfile.ZIP_STORED)
    one("parts-deflated", texts(0, 1, 2, 3), strings=plain)
    one("parts-streamed", texts(0, 1, 2, 3), strings=plain, stream=True)
    one("targets-absolute", texts(0, 1, 2, 3), strings=plain, absolute=True)
    one("parts-missing", '<row r="2"><c r="A2"><v>3</v></c><c r="B2" s="1"><v>4</v></c></row>', styles=None)
    one("byte-order-mark", texts(0, 1, 2, 3), strings=plain, begin="\ufeff" + XML)
    # texts
    one("rich-text", texts(0, 1, 2, 3), strings='<si><r><t>이건 </t></r><r><rPr><b/><sz val="11"/><color rgb="FFFF0000"/></rPr><t>정말</t></r>'
        '<r><rPr><i/></rPr><t xml:space="preserve"> 너무해</t></r></si><si><r><t>분노</t></r></si><si><t>앞</t><r><t>뒤</t></r></si><si><r><rPr/><t/></r><r><t>중립</t></r></si>')
    one("phonetic-runs", texts(0, 1), strings='<si><t>東京</t><rPh sb="0" eb="2"><t>도쿄</t></rPh><phoneticPr fontId="1"/></si>'
        '<si><r><t>中</t></r><rPh sb="0" eb="1"><t>중</t></rPh><r><t>立</t></r></si>')
    one("inline-strings", '<row r="2"><c r="A2" t="inlineStr"><is><t>그냥 글</t></is></c><c r="B2" t="inlineStr"><is><r><rPr><b/></rPr><t>행</t></r>'
        '<r><t>복</t></r></is></c></row><row r="3"><c r="A3" t="inlineStr"><is/></c><c r="B3" t="inlineStr"><is><t>슬픔</t></is></c></row>')
    one("empty-strings", texts(0, 3, 1, 3, 2, 3), strings="<si/><si><t/></si><si><t></t></si><si><t>중립</t></si>")
    one("white-space", texts(0, 1, 2, 3), strings='<si><t xml:space="preserve">  앞뒤  </t></si><si><t> 행복 </t></si><si><t xml:space="preserve">\t탭\t칸 </t></si><si>\n <t>중립</t>\n </si>')
    one("line-breaks", texts(0, 1, 2, 3), strings="<si><t>한\n두\n\n세 줄</t></si><si><t>행복</t></si><si><t>맥\r옛날\r\n도스</t></si><si><t>중&#10;립&#13;!</t></si>")
    one("entities", texts(0, 1, 2, 3), strings="<si><t>&lt;b&gt; &amp;amp; &quot;따옴표&quot; &apos;홑&apos;</t></si><si><t>&#54665;&#xBCF5;</t></si><si><t>&#x1F602; 😂 &#128514;</t></si><si><t>&#x2764;&#xFE0F;</t></si>")
    one("cdata-and-comments", texts(0, 1, 2, 3), strings="<!-- 주석 <si> --><si><t><![CDATA[<a> & ]]>끝<![CDATA[]]]]><![CDATA[>]]></t></si><si><t>행<!-- 속 -->복</t></si>"
        "<?mso something='<si>'?><si><t>나<?x y?>눔</t></si><si><t>중립</t></si>")
    one("claimed-counts", texts(0, 1), strings=plain, before='<dimension ref="A1:XFD1048576"/>')
    # numbers and what looks like them
    one("numbers", pairs("|1", "|-7", "|0.5", "|0.1", "|1E+3", "|2.5e-7", "|3.0", "|100", "|0.30000000000000004", "|1e-5", "|123456789012345678", "|1.2345678901234568E+18",
                         't="n"|007', "|0.0001", "|1e15", "|1e16", "|1e22", "|123456.789", 's="9"|3.14159', 's="5"|45352', 's="7"|45352', "|-0.5"))
    one("dates-1900", pairs('s="1"|45352', 's="2"|45352.75', 's="3"|0.5', 's="4"|36525', 's="8"|1', 's="1"|59', 's="1"|60', 's="1"|61', 's="2"|45352.123456789', 's="3"|0.999988425925926',
                            's="2"|45352.999999999', 's="1"|0', 's="1"|2958465', 's="1"|2958466', 's="3"|0.123456', 's="1"|-1', 's="2"|1.25', 's="4"|44927.000011574'))
    one("dates-1904", pairs('s="1"|43890', 's="2"|43890.75', 's="3"|0.5', 's="4"|0', 's="1"|1', 's="1"|60'), workbook_options='<workbookPr date1904="1"/>')
    one("elapsed-times", pairs('s="6"|0.5', 's="6"|1.5', 's="6"|2', 's="6"|0.0001', 's="6"|30.04166667', 's="6"|0'))
    one("iso-dates", pairs('t="d"|2024-03-01T09:30:00', 't="d"|2024-03-01', 't="d" s="2"|2024-03-01T00:00:00Z', 't="d"|09:30:00', 't="d"|2024-03-01T09:30:00.125', 't="str"|2024-03-01'))
    one("booleans", pairs('t="b"|1', 't="b"|0'))
    one("errors", pairs('t="e"|#N/A', 't="str"|행복', 't="e"|#DIV/0!', 't="e"|#VALUE!', 't="str"|#N/A', 't="str"|중립'))
    one("formulas", '<row r="2"><c r="A2" t="str"><f>"비" &amp; "가"</f><v>비가</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
        '<row r="3"><c r="A3"><f>B2*2</f></c><c r="B3" t="str"><f/><v>중립</v></c></row><row r="4"><c r="A4" t="b"><f>TRUE()</f><v>1</v></c><c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>')
    # where cells stand
    one("blank-cells", '<row r="2"><c r="A2" s="1"/><c r="B2" t="inlineStr"><is><t>행복</t></is></c></row><row r="3" spans="1:2"/>'
        '<row r="5"><c r="A5" t="inlineStr"><is><t>글</t></is></c><c r="B5" s="3"><v></v></c><c r="C5" t="s"/></row>')
    one("stray-cells", f'<row r="2">{inline("가", "행복")}<c r="J2"><v>9</v></c></row><row r="3">{inline("나", "중립")}</row><row r="4"><c r="AB4"><v>1</v></c></row>'
        f'<row r="7">{inline("다", "슬픔")}</row>')
    one("trailing-blank-rows", f'<row r="2">{inline("가", "행복")}</row>' + "".join(f'<row r="{r}" ht="15"><c r="A{r}" s="1"/><c r="B{r}" s="1"/></row>' for r in range(3, 60))
        + '<row r="1048576"/>')
    one("cells-without-r", f'<row r="2">{inline("가", "행복")}</row><row r="4"><c><v>1</v></c><c r="D4"><v>4</v></c><c><v>5</v></c></row>')
    book("rows-without-r", {"Sheet1": sheet(f'<row>{inline("text", "label")}</row><row>{inline("가", "행복")}</row><row r="5">{inline("나", "중립")}</row><row>{inline("다", "슬픔")}</row>')})
    one("merged-cells", f'<row r="2">{inline("가", "행복")}</row><row r="3"><c r="A3"/><c r="B3" t="inlineStr"><is><t>중립</t></is></c></row>', after='<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>')
    # XML as others write it
    prefixed = sheet(HEAD + pairs('t="str"|가', "|1")).replace("<", "<x:").replace("<x:/", "</x:").replace(' xmlns="', ' xmlns:x="')
    book("prefixes", {"Sheet1": prefixed})
    book("attributes", {"Sheet1": f"<worksheet\n xmlns='{MAIN}' ><sheetData\t>" + HEAD.replace('"', "'") + "<row spans = '1:2'\n r = '2' ><c t\n=\n'str' s='0'  r='A2'\n>"
                        "<v >a&gt;b</v\n></c ><c r='B2' ><v>1</v></c></row ></sheetData></worksheet >"})
    one("foreign-elements", f'<row r="2" xmlns:x14="urn:x"><c r="A2" t="inlineStr"><is><t>가</t></is><extLst><ext uri="u"><x14:v>9</x14:v></ext></extLst></c><c r="B2"><f>x</f><v>2</v></c></row>',
        before='<sheetPr><tabColor rgb="FF0000"/></sheetPr><sheetViews><sheetView workbookViewId="0"/></sheetViews><cols><col min="1" max="2" width="40"/></cols>',
        after='<conditionalFormatting sqref="A1"><cfRule type="expression" dxfId="0" priority="1"><formula>A1&gt;1</formula></cfRule></conditionalFormatting><pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/>')
    # several sheets
    book("sheets", {"자료": sheet(HEAD + pairs('t="str"|첫째', "|1")), "둘째 &amp; 끝": sheet(HEAD + pairs('t="str"|둘째', "|2")), "3": sheet(HEAD + pairs('t="str"|셋째', "|3"))},
         asked=[(0, None), ("자료", "자료"), (0, "1"), (1, "2"), ("둘째 & 끝", "둘째 & 끝"), ("3", "3")])


def rows(name, which):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pandas.read_excel(f"xlsx/{name}.xlsx", sheet_name=which, header=None, dtype=str, keep_default_na=False)
    out = ""
    for i, row in enumerate(frame.values.tolist()):
        cells = ["" if c is None or c != c else str(c) for c in row]
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
        if i > 0 and any(cells):
            out += "%d[%s]" % (i + 1, "|".join(cells))
    return out


def quoted(text):
    return '"' + "".join({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c, c) for c in text) + '"'


def main():
    make()
    print("/* Made by xlsx_oddities.py with openpyxl %s and pandas %s. */" % (openpyxl.__version__, pandas.__version__))
    print("static const struct {\n\tconst char *file, *sheet, *rows;\n} golden_oddities[] = {")
    for name, theirs, ours in cases:
        print('\t{ "tests/golden/xlsx/%s.xlsx", %s,\n\t  %s },' % (name, quoted(ours) if ours else "NULL", quoted(rows(name, theirs))))
    print("};")


main()
