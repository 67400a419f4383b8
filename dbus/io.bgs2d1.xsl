<?xml version="1.0" encoding="UTF-8"?>
<!--
  Makes io.bgs2d1(7) from io.bgs2d1.xml: the comment before each interface and member is its text on the page.
  Parameters: version and day (YYYY-MM-DD).
  In a comment, lines with the same indentation are a paragraph. A line that is indented further, or contains two blanks in a
  row, is a list item: the term and, after these blanks, its meaning. Lines that are indented further than the term continue
  the meaning.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="UTF-8"/>
  <xsl:strip-space elements="*"/>
  <xsl:param name="version"/>
  <xsl:param name="day"/>


  <xsl:template match="/node">
    <xsl:text>.\" Made from io.bgs2d1.xml; changes belong there.&#10;.TH IO.BGS2D1 7 "</xsl:text>
    <xsl:value-of select="concat($day, '&quot; &quot;bgs2d ', $version)"/>
    <xsl:text>" "bgs2d"&#10;.nh&#10;.ad l&#10;</xsl:text>
    <xsl:text>.SH NAME&#10;io.bgs2d1 \- the D\-Bus interface of bgs2d&#10;</xsl:text>
    <xsl:text>.SH SYNOPSIS&#10;.nf&#10;</xsl:text>
    <xsl:text>busctl tree io.bgs2d1&#10;</xsl:text>
    <xsl:text>busctl introspect io.bgs2d1 /io/bgs2d1 io.bgs2d1.Manager&#10;</xsl:text>
    <xsl:text>busctl call io.bgs2d1 /io/bgs2d1 io.bgs2d1.Manager ListModems&#10;.fi&#10;</xsl:text>
    <xsl:text>.SH DESCRIPTION&#10;</xsl:text>
    <xsl:call-template name="comment">
      <xsl:with-param name="text" select="preceding-sibling::comment()[1]"/>
      <xsl:with-param name="inset" select="0"/>
    </xsl:call-template>
    <xsl:apply-templates select="interface"/>
    <xsl:text>.SH SEE ALSO&#10;</xsl:text>
    <xsl:text>\fBbgs2ctl\fP(1), \fBbgs2d\fP(8), \fBbgs2d-ports\fP(7), \fBbgs2d.policy\fP(5), \fBbusctl\fP(1), \fBpkaction\fP(1)&#10;</xsl:text>
  </xsl:template>

  <xsl:template match="interface">
    <xsl:value-of select="concat('.SH THE INTERFACE ', @name, '&#10;')"/>
    <xsl:call-template name="documentation">
      <xsl:with-param name="inset" select="0"/>
    </xsl:call-template>
    <xsl:if test="property">
      <xsl:text>.SS Properties&#10;</xsl:text>
      <xsl:apply-templates select="property"/>
    </xsl:if>
    <xsl:if test="method">
      <xsl:text>.SS Methods&#10;</xsl:text>
      <xsl:apply-templates select="method"/>
    </xsl:if>
    <xsl:if test="signal">
      <xsl:text>.SS Signals&#10;</xsl:text>
      <xsl:apply-templates select="signal"/>
    </xsl:if>
  </xsl:template>

  <xsl:template match="property">
    <xsl:value-of select="concat('.TP&#10;\fB', @name, '\fP \fI', @type, '\fP')"/>
    <xsl:variable name="changes"
      select="annotation[@name = 'org.freedesktop.DBus.Property.EmitsChangedSignal']/@value"/>
    <xsl:choose>
      <xsl:when test="$changes = 'const'"> (does not change)</xsl:when>
      <xsl:when test="$changes = 'false'"> (changes are not signalled)</xsl:when>
    </xsl:choose>
    <xsl:if test="contains(@access, 'write')"> (can be set)</xsl:if>
    <xsl:text>&#10;</xsl:text>
    <xsl:call-template name="documentation"/>
  </xsl:template>

  <xsl:template match="method | signal">
    <xsl:value-of select="concat('.TP&#10;\fB', @name, '\fP(')"/>
    <xsl:apply-templates select="arg"/>
    <xsl:text>)&#10;</xsl:text>
    <xsl:call-template name="documentation"/>
  </xsl:template>

  <xsl:template match="arg">
    <xsl:if test="position() &gt; 1">, </xsl:if>
    <xsl:if test="@direction"><xsl:value-of select="concat(@direction, ' ')"/></xsl:if>
    <xsl:value-of select="concat('\fI', @type, '\fP ')"/>
    <xsl:call-template name="escaped"><xsl:with-param name="text" select="@name"/></xsl:call-template>
  </xsl:template>

  <!-- The comment directly before the current element. inset: the indentation of its text. -->
  <xsl:template name="documentation">
    <xsl:param name="inset" select="7"/>
    <xsl:call-template name="comment">
      <xsl:with-param name="text"
        select="preceding-sibling::node()[not(self::text()[normalize-space() = ''])][1][self::comment()]"/>
      <xsl:with-param name="inset" select="$inset"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="comment">
    <xsl:param name="text"/>
    <xsl:param name="inset"/>
    <!-- The indentation of the text: the blanks before the first word, if that begins a line. -->
    <xsl:variable name="first" select="substring(normalize-space($text), 1, 1)"/>
    <xsl:variable name="before" select="substring-before($text, $first)"/>
    <xsl:variable name="base">
      <xsl:choose>
        <xsl:when test="contains($before, '&#10;')">
          <xsl:call-template name="after-last-line-end"><xsl:with-param name="text" select="$before"/></xsl:call-template>
        </xsl:when>
        <xsl:otherwise>0</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:call-template name="lines">
      <xsl:with-param name="text" select="concat($first, substring-after($text, $first), '&#10;')"/>
      <xsl:with-param name="inset" select="$inset"/>
      <xsl:with-param name="base" select="number($base)"/>
      <xsl:with-param name="indent" select="number($base)"/>
      <xsl:with-param name="term" select="-1"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="after-last-line-end">
    <xsl:param name="text"/>
    <xsl:choose>
      <xsl:when test="contains($text, '&#10;')">
        <xsl:call-template name="after-last-line-end">
          <xsl:with-param name="text" select="substring-after($text, '&#10;')"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="string-length($text)"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!--
    The first line, then the others. base: the indentation of paragraphs; indent: that of the first line, if it is known
    already (its leading blanks are cut off), otherwise -1; term: that of the terms of the list that contains the previous
    line, -1 if there is no list, -2 if a new paragraph begins.
  -->
  <xsl:template name="lines">
    <xsl:param name="text"/>
    <xsl:param name="inset"/>
    <xsl:param name="base"/>
    <xsl:param name="indent" select="-1"/>
    <xsl:param name="term"/>
    <xsl:variable name="line" select="substring-before($text, '&#10;')"/>
    <xsl:variable name="words" select="normalize-space($line)"/>
    <xsl:variable name="here">
      <xsl:choose>
        <xsl:when test="$indent &gt;= 0"><xsl:value-of select="$indent"/></xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="string-length(substring-before($line, substring($words, 1, 1)))"/>
        </xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <!-- From the first word on. -->
    <xsl:variable name="rest" select="concat(substring($words, 1, 1), substring-after($line, substring($words, 1, 1)))"/>
    <xsl:variable name="gap" select="contains($rest, '  ') and
                                     normalize-space(substring-after($rest, '  ')) != ''"/>
    <xsl:variable name="kind">
      <xsl:choose>
        <xsl:when test="$words = ''">blank</xsl:when>
        <xsl:when test="$term &gt;= 0 and $here &gt; $term">more</xsl:when>
        <xsl:when test="$here &gt; $base or $gap">term</xsl:when>
        <xsl:otherwise>text</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <!-- A list is indented. The text after it is a paragraph of the outer level. -->
    <xsl:if test="$kind = 'term' and $term &lt; 0">
      <xsl:value-of select="concat('.RS ', $inset, '&#10;.PD 0&#10;')"/>
    </xsl:if>
    <xsl:if test="($kind = 'text' or $kind = 'blank') and $term &gt;= 0">.PD&#10;.RE&#10;</xsl:if>
    <xsl:choose>
      <xsl:when test="$kind = 'text'">
        <xsl:choose>
          <xsl:when test="$term = -1"/>
          <xsl:when test="$inset = 0">.PP&#10;</xsl:when>
          <xsl:otherwise>.IP&#10;</xsl:otherwise>
        </xsl:choose>
        <xsl:call-template name="escaped"><xsl:with-param name="text" select="$words"/></xsl:call-template>
        <xsl:text>&#10;</xsl:text>
      </xsl:when>
      <xsl:when test="$kind = 'more'">
        <xsl:call-template name="escaped"><xsl:with-param name="text" select="$words"/></xsl:call-template>
        <xsl:text>&#10;</xsl:text>
      </xsl:when>
      <xsl:when test="$kind = 'term' and $gap">
        <xsl:text>.TP 4&#10;\fB</xsl:text>
        <xsl:call-template name="escaped">
          <xsl:with-param name="text" select="normalize-space(substring-before($rest, '  '))"/>
        </xsl:call-template>
        <xsl:text>\fP&#10;</xsl:text>
        <xsl:call-template name="escaped">
          <xsl:with-param name="text" select="normalize-space(substring-after($rest, '  '))"/>
        </xsl:call-template>
        <xsl:text>&#10;</xsl:text>
      </xsl:when>
      <xsl:when test="$kind = 'term'">
        <xsl:text>.PP&#10;\fB</xsl:text>
        <xsl:call-template name="escaped"><xsl:with-param name="text" select="$words"/></xsl:call-template>
        <xsl:text>\fP&#10;</xsl:text>
      </xsl:when>
    </xsl:choose>
    <xsl:variable name="now">
      <xsl:choose>
        <xsl:when test="$kind = 'blank' and $term = -1 and substring-after($text, '&#10;') != ''">-2</xsl:when>
        <xsl:when test="$kind = 'term'"><xsl:value-of select="$here"/></xsl:when>
        <xsl:when test="$kind = 'more'"><xsl:value-of select="$term"/></xsl:when>
        <xsl:when test="$kind = 'blank' and $term &gt;= 0">-2</xsl:when>
        <xsl:when test="$kind = 'blank'"><xsl:value-of select="$term"/></xsl:when>
        <xsl:otherwise>-1</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:choose>
      <xsl:when test="contains($text, '&#10;') and substring-after($text, '&#10;') != ''">
        <xsl:call-template name="lines">
          <xsl:with-param name="text" select="substring-after($text, '&#10;')"/>
          <xsl:with-param name="inset" select="$inset"/>
          <xsl:with-param name="base" select="$base"/>
          <xsl:with-param name="term" select="number($now)"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:when test="$now &gt;= 0">.PD&#10;.RE&#10;</xsl:when>
    </xsl:choose>
  </xsl:template>

  <!-- Escapes everything in the text that roff would read as a request. -->
  <xsl:template name="escaped">
    <xsl:param name="text"/>
    <xsl:if test="starts-with($text, '.') or starts-with($text, &quot;'&quot;)">\&amp;</xsl:if>
    <xsl:call-template name="replaced">
      <xsl:with-param name="text">
        <xsl:call-template name="replaced">
          <xsl:with-param name="text" select="$text"/>
          <xsl:with-param name="old" select="'\'"/>
          <xsl:with-param name="new" select="'\e'"/>
        </xsl:call-template>
      </xsl:with-param>
      <xsl:with-param name="old" select="'-'"/>
      <xsl:with-param name="new" select="'\-'"/>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="replaced">
    <xsl:param name="text"/>
    <xsl:param name="old"/>
    <xsl:param name="new"/>
    <xsl:choose>
      <xsl:when test="contains($text, $old)">
        <xsl:value-of select="concat(substring-before($text, $old), $new)"/>
        <xsl:call-template name="replaced">
          <xsl:with-param name="text" select="substring-after($text, $old)"/>
          <xsl:with-param name="old" select="$old"/>
          <xsl:with-param name="new" select="$new"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:stylesheet>
